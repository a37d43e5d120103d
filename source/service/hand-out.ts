import type {Engine} from '../engine/engine.ts';
import type {Acquired, AcquireRequest} from '../engine/leasing.ts';
import {isoTime} from '../format.ts';
import type {Audit} from './audit.ts';
import {recorded} from './recorded.ts';
import {RequestRefused, refusedLease} from './refusal.ts';

type Parts = {readonly engine: Engine; readonly audit: Audit};

type Taker = {readonly by: string; readonly from: string};

/**
 * Leases a key and gives its text away: told to the audit first, and kept back when that fails or
 * nobody waits for it any more. Throws `RequestRefused`.
 */
export async function handOutKey(
	{engine, audit}: Parts,
	request: AcquireRequest,
	{by, from, now, isGone}: Taker & {readonly now: number; readonly isGone: () => boolean},
): Promise<object> {
	const acquired = await engine.acquire(request);
	if (!acquired.granted) throw refusedLease(request.model, acquired, now);
	const {lease, key} = acquired;
	const entry = {by, from, model: request.model, key: key.hash, label: key.label, leaseId: lease.id};
	try {
		if (!isGone()) await recorded(audit, {action: 'key.handed-out', ...entry});
	} catch (error) {
		await engine.release(lease.id, 'unused');
		throw error;
	}
	if (!isGone()) return handedOut(acquired, engine);
	await engine.release(lease.id, 'unused');
	await recorded(audit, {action: 'key.kept-back', ...entry});
	throw new RequestRefused(503, {error: 'the caller is gone', code: 'CALLER_GONE', hint: 'ask again'});
}

function handedOut({lease, key, secret, entry, why, warning}: Acquired, engine: Engine): object {
	const provider = engine.settings.providers.get(entry.provider);
	return {
		key: secret.reveal(),
		model: entry.name,
		provider: entry.provider,
		upstreamModel: entry.upstream,
		baseUrl: provider?.baseUrl ?? '',
		headers: provider?.authorize(secret) ?? {},
		keyIndex: key.index,
		hash: key.hash,
		leaseId: lease.id,
		expiresAt: isoTime(lease.expiresAt),
		why,
		warning: warning ?? null,
	};
}
