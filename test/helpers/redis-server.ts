import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';

const binary = '/usr/bin/redis-server';
/** Starts a program that ends when its parent does, however that ends: a test that is killed leaves no server behind. */
const endWithParent = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--'] : [];

/** What a test says that cannot run here; false when it can. */
export const needsRedis: string | false =
	spawnSync(binary, ['--version']).status === 0 ? false : 'needs redis-server (apt install redis-server)';

/** `settings`: lines of a file of its own, which the server may write to. */
type Setup = {readonly options?: readonly string[]; readonly settings?: readonly string[]; readonly port?: number};

/** A Redis of a test's own, on a free port, without a disk. */
export class RedisServer implements AsyncDisposable {
	readonly port: number;
	/** Where it would write. */
	readonly folder: string;
	readonly #file: string | undefined;
	readonly #options: readonly string[];
	#child: ChildProcess;
	#client: Redis | undefined;

	private constructor(port: number, {options = [], settings}: Setup) {
		this.port = port;
		this.folder = mkdtempSync(join(tmpdir(), 'keydeck-redis-'));
		this.#options = options;
		this.#file = settings === undefined ? undefined : join(this.folder, 'redis.conf');
		if (this.#file !== undefined) writeFileSync(this.#file, `${settings?.join('\n')}\n`);
		this.#child = this.#spawn();
	}

	static async start(options: readonly string[] = []): Promise<RedisServer> {
		return RedisServer.startWith({options});
	}

	/** A port that was free may be taken a moment later: then another is tried. */
	static async startWith(setup: Setup | (() => Promise<Setup>)): Promise<RedisServer> {
		for (let attempt = 1; ; attempt++) {
			const chosen = typeof setup === 'function' ? await setup() : setup;
			const server = new RedisServer(chosen.port ?? (await freePort()), chosen);
			try {
				await server.ready();
				return server;
			} catch (error) {
				await server[Symbol.asyncDispose]();
				if (attempt === 5) throw error;
			}
		}
	}

	get url(): string {
		return `redis://127.0.0.1:${this.port}`;
	}

	get pid(): number {
		return this.#child.pid ?? 0;
	}

	/** A plain client, to look and to change things. */
	get client(): Redis {
		this.#client ??= new Redis(this.port, '127.0.0.1', {maxRetriesPerRequest: 20}).on('error', () => undefined);
		return this.#client;
	}

	signal(name: NodeJS.Signals): void {
		this.#child.kill(name);
	}

	/** Ends it at once, as a crash would. */
	async kill(): Promise<void> {
		if (this.#hasEnded) return;
		const ended = once(this.#child, 'exit');
		this.#child.kill('SIGKILL');
		await ended;
	}

	/** After `kill`: on the same port, empty. */
	async restart(): Promise<void> {
		this.#child = this.#spawn();
		await this.ready();
	}

	/** A command on a connection of its own; gives what it says. */
	async cli(...args: readonly string[]): Promise<string> {
		const child = spawn('/usr/bin/redis-cli', ['-p', `${this.port}`, ...args], {stdio: ['ignore', 'pipe', 'ignore']});
		let said = '';
		child.stdout.on('data', (text) => {
			said += text;
		});
		await once(child, 'close');
		return said;
	}

	/** Everything it is asked from now on until disposed of, as text. */
	async listen(): Promise<Disposable & {readonly heard: () => string}> {
		const child = spawn('/usr/bin/redis-cli', ['-p', `${this.port}`, 'monitor'], {stdio: ['ignore', 'pipe', 'ignore']});
		let heard = '';
		child.stdout.on('data', (text) => {
			heard += text;
		});
		await once(child.stdout, 'data');
		return {heard: () => heard, [Symbol.dispose]: () => child.kill()};
	}

	get #hasEnded(): boolean {
		return this.#child.exitCode !== null || this.#child.signalCode !== null;
	}

	#says(...command: readonly string[]): string {
		return spawnSync('/usr/bin/redis-cli', ['-p', `${this.port}`, ...command]).stdout.toString();
	}

	/** Waits until it answers; another on its port is not it. */
	async ready(): Promise<void> {
		for (let tries = 0; tries < 200 && !this.#hasEnded; tries++) {
			if (this.#says('ping').includes('PONG') && this.#says('info', 'server').includes(`process_id:${this.pid}\r`))
				return;
			await sleep(25);
		}
		throw new Error('redis-server does not answer');
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#client?.disconnect();
		this.#child.kill('SIGCONT');
		await this.kill();
		rmSync(this.folder, {recursive: true, force: true});
	}

	#spawn(): ChildProcess {
		const place = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.folder];
		const disk = ['--save', '', '--appendonly', 'no'];
		const command = [binary, ...(this.#file === undefined ? [] : [this.#file]), ...place, ...disk, ...this.#options];
		const [program = binary, ...args] = [...endWithParent, ...command];
		return spawn(program, args, {stdio: 'ignore'});
	}
}

export async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}
