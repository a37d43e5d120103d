import {RedisCluster} from './redis-cluster.ts';
import {RedisSentinels} from './redis-sentinels.ts';
import {RedisServer} from './redis-server.ts';

/** What a store may find behind its address. */
export type RedisPlace = AsyncDisposable & {
	readonly url: string;
	/** Those that keep data, masters and replicas. */
	readonly servers: readonly RedisServer[];
};

export const topologies: readonly (readonly [name: string, start: () => Promise<RedisPlace>])[] = [
	['one server', oneServer],
	['sentinels', () => RedisSentinels.start()],
	['cluster', () => RedisCluster.start()],
];

async function oneServer(): Promise<RedisPlace> {
	return placeOf(await RedisServer.start());
}

export function placeOf(server: RedisServer): RedisPlace {
	return {url: server.url, servers: [server], [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]()};
}
