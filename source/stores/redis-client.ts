import {once} from 'node:events';
import {Cluster, Redis} from 'ioredis';

/** What the store needs of a client, plain, behind sentinels or of a cluster. */
export type RedisClient = Redis | Cluster;

/** How long to wait before so many tries, ms. */
type Pause = (times: number) => number;

const refused = /NOAUTH|WRONGPASS|NOPERM/;
const refusedPauseMs = 5000;
/** A connection that reads waits for news no longer than a second: then it hears at least that there are none. */
const silentReaderMs = 3000;

/**
 * A client that never executes twice. Without `timeoutMs` it waits: for reading a stream.
 * `?cluster` and `?sentinel=<master>` in the address say what stands there, `?also=host:port,host:port` names further nodes.
 */
export function createRedisClient(
	address: string,
	{timeoutMs, random}: {readonly timeoutMs?: number; readonly random: () => number},
): RedisClient {
	const url = new URL(address);
	const nodes = nodesOf(url);
	const pause = pauseBy(random);
	const options = clientOptions(url, timeoutMs, pause);
	const sentinel = url.searchParams.get('sentinel');
	if (url.searchParams.has('cluster')) return clusterClient(nodes, options, pause);
	if (sentinel !== null)
		return new Redis({...options, ...sentinelOptions(url, sentinel, pause), sentinels: [...nodes]});
	if (url.protocol === 'unix:') return new Redis({...options, path: decodeURIComponent(url.pathname)});
	return new Redis({...options, ...nodes[0]});
}

function clusterClient(
	nodes: readonly {host: string; port: number}[],
	redisOptions: ReturnType<typeof clientOptions>,
	pause: Pause,
): Cluster {
	const cluster = new Cluster([...nodes], {
		enableOfflineQueue: false,
		lazyConnect: true,
		slotsRefreshTimeout: 500,
		clusterRetryStrategy: pause,
		retryDelayOnFailover: 0,
		retryDelayOnClusterDown: 0,
		// While a slot moves, keys of one call may be on both sides.
		retryDelayOnTryAgain: 10,
		maxRedirections: 4,
		redisOptions,
	});
	// A node that is connected to by the first call for it refuses those that come meanwhile. Not before all is ready, for
	// what asks whether it is would be refused; not at once, for a call that has found a node begins by itself.
	const open = (node: Redis): void => {
		const isWanted = cluster.status === 'ready' && node.status === 'wait' && node.options.readOnly !== true;
		if (isWanted) void node.connect().catch(() => undefined);
	};
	cluster.on('ready', () => cluster.nodes('master').forEach(open));
	cluster.on('+node', (node: Redis) => queueMicrotask(() => open(node)));
	// While a slot moves, the client sends ASKING before a call and listens to the answer of the call only: when the node
	// it moves to is dead, nobody would hear of the other's end, and that ends a process.
	cluster.on('+node', (node: Redis) => {
		const send = node.asking.bind(node);
		node.asking = () => {
			const asked = send();
			asked.catch(() => undefined);
			return asked;
		};
	});
	return cluster;
}

/** Resolves once every master can be asked. */
export async function connectClient(client: RedisClient): Promise<void> {
	await client.connect();
	if (!(client instanceof Cluster)) return;
	const connecting = client.nodes('master').filter(({status}) => status !== 'ready');
	await Promise.all(connecting.map((node) => once(node, 'ready')));
}

function nodesOf(url: URL): readonly {host: string; port: number}[] {
	const also = (url.searchParams.get('also') ?? '').split(',').filter(Boolean);
	return [`${url.hostname}:${url.port || '6379'}`, ...also].map((node) => {
		const [, host = '', port = '6379'] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(node) ?? [];
		return {host, port: Number(port)};
	});
}

/** A sentinel has users of its own: `&sentinel-user=` and `&sentinel-password=`. */
function sentinelOptions(url: URL, name: string, pause: Pause) {
	const user = url.searchParams.get('sentinel-user');
	const password = url.searchParams.get('sentinel-password');
	return {
		name,
		sentinelRetryStrategy: pause,
		// A frozen sentinel takes connections and never answers.
		sentinelCommandTimeout: 500,
		...(url.protocol === 'rediss:' ? {sentinelTLS: {}, enableTLSForSentinelMode: true} : {}),
		...(user === null ? {} : {sentinelUsername: user}),
		...(password === null ? {} : {sentinelPassword: password}),
	};
}

function clientOptions(url: URL, timeoutMs: number | undefined, pause: Pause) {
	let isRefused = false;
	const database = Number(url.searchParams.get('db') ?? (url.protocol === 'unix:' ? 0 : url.pathname.slice(1)));
	return {
		protocol: 2 as const,
		enableOfflineQueue: false,
		maxRetriesPerRequest: 0,
		autoResendUnfulfilledCommands: false,
		connectTimeout: 500,
		keepAlive: 5000,
		enableReadyCheck: true,
		// How long a server says it will go on loading is a guess.
		maxLoadingRetryTime: 250,
		lazyConnect: true,
		socketTimeout: timeoutMs === undefined ? silentReaderMs : timeoutMs * 20,
		...(url.protocol === 'rediss:' ? {tls: {}} : {}),
		...(url.username === '' ? {} : {username: decodeURIComponent(url.username)}),
		...(url.password === '' ? {} : {password: decodeURIComponent(url.password)}),
		db: database || 0,
		// 1: connect anew; never 2, which would send the call again.
		reconnectOnError: (error: Error): false | 1 => {
			isRefused = refused.test(error.message);
			return /^(READONLY|LOADING|MASTERDOWN)/.test(error.message) ? 1 : false;
		},
		retryStrategy: (times: number): number => (isRefused ? refusedPauseMs : pause(times)),
	};
}

/** Grows to a second, with jitter: a fleet must not come back all at once. */
function pauseBy(random: () => number): Pause {
	return (times) => Math.min(50 * 2 ** Math.min(times, 5), 1000) * (0.5 + random() / 2);
}
