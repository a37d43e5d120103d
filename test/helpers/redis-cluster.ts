import {setTimeout as sleep} from 'node:timers/promises';
import {inSync} from './redis-sentinels.ts';
import {freePort, RedisServer} from './redis-server.ts';

/** How long a node may be silent before the others call it down, ms. */
export const nodeTimeoutMs = 1000;
const slots = 16_384;

/** Three masters that share the slots evenly, each with one replica. */
export class RedisCluster implements AsyncDisposable {
	/** Masters first. */
	readonly servers: readonly RedisServer[];

	private constructor(servers: readonly RedisServer[]) {
		this.servers = servers;
	}

	static async start(options: readonly string[] = []): Promise<RedisCluster> {
		const setup = async () => {
			const names = ['--cluster-enabled', 'yes', '--cluster-port', `${await freePort()}`];
			const times = ['--cluster-node-timeout', `${nodeTimeoutMs}`, '--repl-diskless-sync-delay', '0'];
			const still = ['--cluster-allow-replica-migration', 'no', '--cluster-replica-validity-factor', '0'];
			return {options: [...names, ...times, ...still, ...options]};
		};
		const servers = await Promise.all(Array.from({length: 6}, () => RedisServer.startWith(setup)));
		const cluster = new RedisCluster(servers);
		await cluster.#join();
		return cluster;
	}

	get url(): string {
		const [first, ...others] = this.servers.map(({port}) => `127.0.0.1:${port}`);
		return `redis://${first}?cluster&also=${others.join(',')}`;
	}

	/** The node that serves the slot of a key, as a living node sees it. */
	async masterOf(key: string): Promise<RedisServer> {
		return this.#serving(await this.slotOf(key), this.servers);
	}

	async slotOf(key: string): Promise<number> {
		return (await this.servers[0]?.client.cluster('KEYSLOT', key)) ?? 0;
	}

	/** Waits until another node than this serves the slot of a key, and takes writes. */
	async promoted(old: RedisServer, key: string): Promise<RedisServer> {
		const slot = await (this.#others(old)[0] as RedisServer).client.cluster('KEYSLOT', key);
		for (;;) {
			const master = await this.#serving(slot, this.#others(old)).catch(() => old);
			if (master !== old && (await master.client.cluster('INFO')).includes('cluster_state:ok')) return master;
			await sleep(5);
		}
	}

	/** Begins to move the slot of a key to another master: `step` moves one more key, and says whether there was one. */
	async startMove(key: string) {
		const slot = await this.slotOf(key);
		const from = await this.masterOf(key);
		const to = this.servers.slice(0, 3).find((server) => server !== from) as RedisServer;
		const [fromId, toId] = [await this.id(from), await this.id(to)];
		await to.client.cluster('SETSLOT', slot, 'IMPORTING', fromId);
		await from.client.cluster('SETSLOT', slot, 'MIGRATING', toId);
		return {
			to,
			step: async (): Promise<boolean> => {
				const [name] = await from.client.cluster('GETKEYSINSLOT', slot, 1);
				if (name !== undefined) await from.client.call('MIGRATE', ['127.0.0.1', to.port, name, 0, 1000]);
				return name !== undefined;
			},
			finish: async (): Promise<void> => {
				for (const server of [to, from]) await server.client.cluster('SETSLOT', slot, 'NODE', toId);
			},
			giveUp: () => from.client.cluster('SETSLOT', slot, 'STABLE'),
		};
	}

	/** Takes the slot of a key from every node; gives what gives it back. */
	async orphan(key: string): Promise<() => Promise<void>> {
		const slot = await this.slotOf(key);
		const master = await this.masterOf(key);
		for (const {client} of this.servers) await client.cluster('DELSLOTS', slot);
		return async () => {
			await master.client.cluster('ADDSLOTS', slot);
			await this.#agreed((told) => told.includes('cluster_state:ok'));
		};
	}

	async id(server: RedisServer): Promise<string> {
		return `${await server.client.cluster('MYID')}`;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const server of this.servers) await server[Symbol.asyncDispose]();
	}

	#others(server: RedisServer): readonly RedisServer[] {
		return this.servers.filter((other) => other !== server);
	}

	async #serving(slot: number, asked: readonly RedisServer[]): Promise<RedisServer> {
		const ranges = await asked[0]?.client.cluster('SLOTS');
		const port = ranges?.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1];
		const found = this.servers.find((server) => server.port === port);
		if (found === undefined) throw new Error(`nobody serves slot ${slot}`);
		return found;
	}

	async #join(): Promise<void> {
		const masters = this.servers.slice(0, 3);
		const replicas = this.servers.slice(3);
		const [first] = masters;
		for (const [index, {client}] of masters.entries()) {
			const from = Math.floor((slots * index) / masters.length);
			const to = Math.floor((slots * (index + 1)) / masters.length) - 1;
			await client.cluster('ADDSLOTSRANGE', from, to);
			await client.call('CLUSTER', ['SET-CONFIG-EPOCH', index + 1]);
		}
		for (const {client} of this.servers.slice(1)) {
			const bus = (await first?.client.config('GET', 'cluster-port')) as readonly string[];
			await client.call('CLUSTER', ['MEET', '127.0.0.1', `${first?.port}`, `${bus[1]}`]);
		}
		await this.#agreed((told) => told.includes('cluster_known_nodes:6'));
		for (const [index, {client}] of replicas.entries()) {
			await client.cluster('REPLICATE', await this.id(masters[index] as RedisServer));
		}
		await inSync(replicas);
		await this.#agreed((told) => told.includes('cluster_state:ok'));
	}

	async #agreed(holds: (told: string) => boolean): Promise<void> {
		for (const {client} of this.servers) while (!holds(`${await client.cluster('INFO')}`)) await sleep(25);
	}
}
