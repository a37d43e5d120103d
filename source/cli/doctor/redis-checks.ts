import type {Redis} from 'ioredis';
import type {Clock} from '../../clock.ts';
import type {Settings} from '../../config/settings.ts';
import {shownUrl} from '../../config/shown-value.ts';
import {codeOf, type Finding, fine, inGroup, problem, skipped, warning} from './finding.ts';

const timeoutMs = 3000;
/** Our scripts begin with a line that older servers do not know. */
const oldestMajor = 7;
const slowPingMs = 10;
const pings = 5;

/** The mission's `redis-cli ping`, and what else a shared store needs of a server. */
export async function redisChecks({redisUrl}: Settings, clock: Clock): Promise<readonly Finding[]> {
	if (redisUrl === undefined) return inGroup('redis', [skipped('Redis', 'not configured: the embedded store is used')]);
	const url = shownUrl(redisUrl);
	const {Redis} = await import('ioredis');
	const redis = new Redis(redisUrl, {
		lazyConnect: true,
		connectTimeout: timeoutMs,
		commandTimeout: timeoutMs,
		maxRetriesPerRequest: 0,
		enableOfflineQueue: false,
		retryStrategy: () => null,
	});
	let refusal: unknown;
	// What failed is told by the call that failed; without a listener ioredis prints it.
	redis.on('error', (error: unknown) => {
		refusal ??= error;
	});
	try {
		return inGroup('redis', await serverChecks(redis, url, clock));
	} catch (error) {
		const says = `${url} does not answer (${wordOf(refusal ?? error)})`;
		return inGroup('redis', [problem('Redis', says, 'Start it, or check REDIS_URL: redis-cli ping')]);
	} finally {
		redis.disconnect();
	}
}

async function serverChecks(redis: Redis, url: string, clock: Clock) {
	await redis.connect();
	const tookMs: number[] = [];
	for (let ping = 0; ping < pings; ping += 1) {
		const began = clock.now();
		await redis.ping();
		tookMs.push(clock.now() - began);
	}
	const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? '';
	const policy = await redis.config('GET', 'maxmemory-policy').then(
		(answer) => String((answer as readonly unknown[])[1] ?? ''),
		() => undefined,
	);
	return [latencyCheck(url, Math.max(...tookMs)), versionCheck(version), policyCheck(policy)];
}

function latencyCheck(url: string, mostMs: number) {
	const says = `${url} answers, the slowest of ${pings} pings in ${mostMs} ms`;
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
	const word = error instanceof Error ? /^[A-Z]{4,}/.exec(error.message)?.[0] : undefined;
	return word ?? 'no connection';
}
