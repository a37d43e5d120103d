import type {Cluster, Redis} from 'ioredis';
import type {Clock} from '../../clock.ts';
import type {Settings} from '../../config/settings.ts';
import {shownUrl} from '../../config/shown-value.ts';
import {codeOf, type Finding, fine, inGroup, problem, skipped, warning} from './finding.ts';

const timeoutMs = 3000;
/** Our scripts begin with a line that older servers do not know. */
const oldestMajor = 7;
const slowPingMs = 10;
const pings = 5;
/** One who asks by hand comes alone. */
const noJitter = (): number => 1;

/** What one server says of itself. */
type Told = {readonly slowestMs: number; readonly version: string; readonly policy: string | undefined};

/** The mission's `redis-cli ping`, and what else a shared store needs of a server; of a cluster, of each master. */
export async function redisChecks({redisUrl}: Settings, clock: Clock): Promise<readonly Finding[]> {
	if (redisUrl === undefined) return inGroup('redis', [skipped('Redis', 'not configured: the embedded store is used')]);
	const url = shownUrl(redisUrl);
	const {createRedisClient} = await import('../../stores/redis-client.ts');
	const client = createRedisClient(redisUrl, {timeoutMs, random: noJitter});
	let refusal: unknown;
	// What failed is told by the call that failed; without a listener ioredis prints it.
	for (const event of ['error', 'node error']) {
		client.on(event, (error: unknown) => {
			refusal ??= error;
		});
	}
	try {
		const found = await inTime(clock, () => serverChecks(client, url, clock));
		if (found !== undefined) return inGroup('redis', found);
	} catch (error) {
		refusal ??= error;
	} finally {
		client.disconnect();
	}
	const says = `${url} does not answer (${wordOf(refusal)})`;
	return inGroup('redis', [problem('Redis', says, 'Start it, or check REDIS_URL: redis-cli ping')]);
}

/** The client goes on trying for ever; a person does not wait for it: undefined when it takes too long. */
async function inTime<Answer>(clock: Clock, ask: () => Promise<Answer>): Promise<Answer | undefined> {
	const ended = new AbortController();
	const late = clock.sleep(timeoutMs, ended.signal).then(() => undefined);
	return Promise.race([ask(), late]).finally(() => ended.abort());
}

async function serverChecks(client: Redis | Cluster, url: string, clock: Clock) {
	await client.connect();
	const servers = client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
	const told = await Promise.all(servers.map((server) => askServer(server, clock)));
	const place = client.isCluster ? `${url} answers, ${servers.length} masters` : `${url} answers`;
	const oldest = told.reduce((a, b) => (Number.parseFloat(b.version) < Number.parseFloat(a.version) ? b : a));
	const {policy} = told.find((each) => each.policy !== 'noeviction') ?? oldest;
	const slowestMs = Math.max(...told.map((each) => each.slowestMs));
	return [latencyCheck(place, slowestMs), versionCheck(oldest.version), policyCheck(policy)];
}

async function askServer(server: Redis, clock: Clock): Promise<Told> {
	const tookMs: number[] = [];
	for (let ping = 0; ping < pings; ping += 1) {
		const began = clock.now();
		await server.ping();
		tookMs.push(clock.now() - began);
	}
	const version = /redis_version:(\S+)/.exec(await server.info('server'))?.[1] ?? '';
	const policy = await server.config('GET', 'maxmemory-policy').then(
		(answer) => String((answer as readonly unknown[])[1] ?? ''),
		() => undefined,
	);
	return {slowestMs: Math.max(...tookMs), version, policy};
}

function latencyCheck(place: string, mostMs: number) {
	const says = `${place}, the slowest of ${pings} pings in ${mostMs} ms`;
	return mostMs <= slowPingMs
		? fine('Redis', says)
		: warning('Redis', says, 'Each hand-out waits for it: use a server that is closer');
}

function versionCheck(version: string) {
	if (Number(version.split('.')[0]) >= oldestMajor) return fine('Redis version', version);
	return problem('Redis version', `${version || 'not told'}, ${oldestMajor}.0 or newer is needed`, 'Update Redis');
}

function policyCheck(policy: string | undefined) {
	if (policy === undefined) return skipped('Redis policy', 'this user may not ask for maxmemory-policy');
	if (policy === 'noeviction') return fine('Redis policy', 'noeviction');
	const next = 'Set maxmemory-policy noeviction: a server short of memory would drop benches and leases unasked';
	return warning('Redis policy', policy, next);
}

/** A system's code, or Redis's own first word (`WRONGPASS`), which holds nothing of ours. */
function wordOf(error: unknown): string {
	const code = codeOf(error);
	if (code !== 'unknown error') return code;
	if (!(error instanceof Error)) return 'no connection';
	if (error.message.startsWith('All sentinels')) return 'no sentinel tells a master of that name';
	return /^[A-Z]{4,}/.exec(error.message)?.[0] ?? 'no connection';
}
