import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

/** What happens to bytes on their way; `up`: to the server, `down`: back. */
export type Fault =
	| {readonly kind: 'latency'; readonly ms: number}
	/** Both directions swallow everything; connections stay open, new ones are taken. */
	| {readonly kind: 'black-hole'}
	/** New connections are refused, open ones reset. */
	| {readonly kind: 'reset'}
	/** Answers come a byte at a time. */
	| {readonly kind: 'slicer'}
	/** Answers are noise. */
	| {readonly kind: 'garbage'}
	/** The request is carried out; its answer is lost with the connection, the next so many times. */
	| {readonly kind: 'cut-replies'; times: number};

/** Stands between a store and its Redis, and makes the way there bad. */
export class FaultProxy implements AsyncDisposable {
	fault: Fault | undefined;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	private constructor(port: number) {
		this.#server = createServer((client) => this.#serve(client, connect(port, '127.0.0.1')));
	}

	static async before(port: number): Promise<FaultProxy> {
		const proxy = new FaultProxy(port);
		proxy.#server.listen(0, '127.0.0.1');
		await once(proxy.#server, 'listening');
		return proxy;
	}

	get url(): string {
		return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** Resets every open connection. */
	reset(): void {
		for (const socket of this.#sockets) socket.resetAndDestroy();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.reset();
		this.#server.close();
		await once(this.#server, 'close');
	}

	#serve(client: Socket, server: Socket): void {
		for (const [socket, other] of [
			[client, server],
			[server, client],
		] as const) {
			this.#sockets.add(socket);
			socket.on('error', () => undefined);
			socket.on('close', () => {
				this.#sockets.delete(socket);
				other.destroy();
			});
		}
		if (this.fault?.kind === 'reset') {
			client.resetAndDestroy();
			return;
		}
		const up = inOrder((bytes) => this.#pass(bytes, server));
		const down = inOrder((bytes) => this.#answer(bytes, client));
		client.on('data', up);
		server.on('data', down);
	}

	async #pass(bytes: Buffer, server: Socket): Promise<void> {
		const {fault} = this;
		if (fault?.kind === 'black-hole') return;
		if (fault?.kind === 'latency') await this.#during(fault, fault.ms);
		server.write(bytes);
	}

	async #answer(bytes: Buffer, client: Socket): Promise<void> {
		const {fault} = this;
		switch (fault?.kind) {
			case undefined:
			case 'latency':
			case 'reset':
				client.write(bytes);
				return;
			case 'black-hole':
				return;
			case 'garbage':
				client.write(bytes.map((byte) => byte ^ 0x5a));
				return;
			case 'cut-replies':
				if (fault.times-- > 0) client.resetAndDestroy();
				else client.write(bytes);
				return;
			case 'slicer':
				for (const byte of bytes) {
					client.write(Buffer.of(byte));
					if (this.fault === fault) await sleep(1);
				}
		}
	}

	/** What a fault holds up is let go when it ends. */
	async #during(fault: Fault, ms: number): Promise<void> {
		const until = performance.now() + ms;
		while (this.fault === fault && performance.now() < until) await sleep(10);
	}
}

/** Passes one after the other: what came first must not be overtaken. */
function inOrder(pass: (bytes: Buffer) => Promise<void>): (bytes: Buffer) => void {
	let before = Promise.resolve();
	return (bytes) => {
		before = before.then(() => pass(bytes));
	};
}
