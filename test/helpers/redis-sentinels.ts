import {setTimeout as sleep} from 'node:timers/promises';
import {RedisServer} from './redis-server.ts';

/** How long a master may be silent before its sentinels call it down, ms. */
export const downAfterMs = 500;

/** A master with two replicas and three sentinels that watch it, under the name `main`. */
export class RedisSentinels implements AsyncDisposable {
	readonly servers: readonly RedisServer[];
	readonly sentinels: readonly RedisServer[];

	private constructor(servers: readonly RedisServer[], sentinels: readonly RedisServer[]) {
		this.servers = servers;
		this.sentinels = sentinels;
	}

	static async start(options: readonly string[] = []): Promise<RedisSentinels> {
		const plain = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1', ...options];
		const master = await RedisServer.start(plain);
		const follows = [...plain, '--replicaof', `127.0.0.1 ${master.port}`];
		const replicas = await Promise.all([RedisServer.start(follows), RedisServer.start(follows)]);
		const settings = [
			`sentinel monitor main 127.0.0.1 ${master.port} 2`,
			`sentinel down-after-milliseconds main ${downAfterMs}`,
			'sentinel failover-timeout main 3000',
		];
		const watch = () => RedisServer.startWith({settings, options: ['--sentinel']});
		const set = new RedisSentinels([master, ...replicas], await Promise.all([watch(), watch(), watch()]));
		await set.#watched();
		return set;
	}

	get url(): string {
		const [first, ...others] = this.sentinels.map(({port}) => `127.0.0.1:${port}`);
		return `redis://${first}?sentinel=main&also=${others.join(',')}`;
	}

	/** The server the sentinels name. */
	async master(): Promise<RedisServer> {
		const answer = await this.sentinels[0]?.client.call('SENTINEL', ['get-master-addr-by-name', 'main']);
		return this.#at(Number((answer as readonly string[])[1]));
	}

	/** Waits until the sentinels name another master than this, and it takes writes. */
	async promoted(old: RedisServer): Promise<RedisServer> {
		for (;;) {
			const master = await this.master();
			const role = master === old ? '' : await master.client.role().then(([name]) => `${name}`);
			if (role === 'master') return master;
			await sleep(5);
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const server of [...this.sentinels, ...this.servers]) await server[Symbol.asyncDispose]();
	}

	#at(port: number): RedisServer {
		const found = this.servers.find((server) => server.port === port);
		if (found === undefined) throw new Error(`no server on ${port}`);
		return found;
	}

	/** Waits until every sentinel knows of both replicas and of the others. */
	async #watched(): Promise<void> {
		for (const sentinel of this.sentinels) {
			for (;;) {
				const flat = (await sentinel.client.call('SENTINEL', ['master', 'main'])) as readonly string[];
				const told = (name: string) => flat[flat.indexOf(name) + 1];
				if (told('num-slaves') === '2' && told('num-other-sentinels') === '2') break;
				await sleep(25);
			}
		}
		await inSync(this.servers.slice(1));
	}
}

/** Waits until each of these follows its master. */
export async function inSync(replicas: readonly RedisServer[]): Promise<void> {
	for (const replica of replicas) {
		while (!(await replica.client.info('replication')).includes('master_link_status:up')) await sleep(25);
	}
}
