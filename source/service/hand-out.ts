import type {Engine} from '../engine/engine.ts';
import type {Acquired, AcquireRequest} from '../engine/leasing.ts';
import {isoTime} from '../format.ts';
import type {Audit} from './audit.ts';
import {RequestRefused, refusedLease} from './refusal.ts';

type Parts = {readonly engine: Engine; readonly audit: Audit};

type Taker = {readonly by: string; readonly from: string};

/**
 * Leases a key and gives its text away: told to the audit first, and kept back when that fails.
 * Throws `RequestRefused`.
 */
export async function handOutKey(
	{engine, audit}: Parts,
	request: AcquireRequest,
	{by, from, now}: Taker & {readonly now: number},
): Promise<object> {
	const acquired = await engine.acquire(request);
	if (!acquired.granted) throw refusedLease(request.model, acquired, now);
	const {lease, key} = acquired;
	try {
		const {label, hash} = key;
		await audit.write({action: 'key.handed-out', by, from, model: request.model, key: hash, label, leaseId: lease.id});
	} catch (error) {
		await engine.release(lease.id, 'unused');
		const reason = error instanceof Error ? error.message : 'unknown error';
		throw new RequestRefused(503, {
			error: `no key is handed out without a record of it: ${reason}`,
			code: 'AUDIT_FAILED',
			hint: 'make room on the disk of KEYDECK_HOME, or mend the rights on its audit file',
		});
	}
	return handedOut(acquired, engine);
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
