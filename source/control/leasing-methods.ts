import {z} from 'zod';
import type {Outcome, Usage} from '../domain/outcome.ts';
import type {Acquired, AcquireRequest, Leasing} from '../engine/leasing.ts';
import {strategyNames} from '../strategies/strategy.ts';
import {checkedParams} from './params.ts';

const name = z.string().min(1).max(500);
/** Larger ones make sums and times that are none: every view of the deck would fail on them from then on. */
const amount = z.number().min(0).max(1e12);
/** A clock that was set back meanwhile makes it less than nothing. */
const duration = z.number().min(-1e12).max(1e12);
/** Epoch ms, up to the end of the year 9999: what follows from it can still be shown. */
const instant = z.number().min(0).max(253_402_300_799_999);

const acquireShape: z.ZodType<AcquireRequest> = z.object({
	model: name,
	fallback: z.boolean().exactOptional(),
	affinity: name.exactOptional(),
	tokens: z.int().min(0).exactOptional(),
	waitMs: z.number().min(0).exactOptional(),
	strategy: z.enum(strategyNames).exactOptional(),
	avoid: z.array(name).exactOptional(),
	chain: z.array(name).exactOptional(),
});

const timing = z.object({at: instant, latencyMs: duration, firstByteMs: duration.exactOptional()});

const outcome: z.ZodType<Outcome | 'unused'> = z.union([
	z.literal('unused'),
	z.object({
		kind: z.literal('answered'),
		status: z.int().min(0).max(999),
		headers: z.record(z.string(), z.string()),
		body: z.string(),
		timing,
	}),
	z.object({
		kind: z.literal('failed'),
		failure: z.enum(['timeout', 'unreachable', 'cancelled', 'closed', 'unexplained']),
		detail: z.string(),
		timing,
	}),
]);

const usage: z.ZodType<Usage> = z.object({
	inputTokens: amount,
	outputTokens: amount,
	cachedInputTokens: amount,
	costUsd: amount.exactOptional(),
});

const releaseShape = z.object({leaseId: name, outcome, usage: usage.exactOptional()});
const openLeaseShape = z.union([z.object({leaseId: name}), z.object({kid: name, model: name.exactOptional()})]);
const reportShape = z.object({kid: name, model: name, outcome, usage: usage.exactOptional()});

/** A lease as it goes over a socket: without the key's text, which the other process has itself. */
export type SentAcquired = Omit<Acquired, 'secret'>;

type Method = (leasing: Leasing, params: unknown) => Promise<unknown>;

/** What a process of the same user may do with leases, by name. */
export const leasingMethods: ReadonlyMap<string, Method> = new Map<string, Method>([
	[
		'acquire',
		async (leasing, params) => {
			const answer = await leasing.acquire(checkedParams(acquireShape, params));
			if (!answer.granted) return answer;
			const {secret: _, ...sent} = answer;
			return sent satisfies SentAcquired;
		},
	],
	[
		'release',
		async (leasing, params) => {
			const {leaseId, outcome: result, usage: used} = checkedParams(releaseShape, params);
			return leasing.release(leaseId, result, used);
		},
	],
	['openLease', async (leasing, params) => leasing.openLease(checkedParams(openLeaseShape, params))],
	[
		'report',
		async (leasing, params) => {
			const {kid, model, outcome: result, usage: used} = checkedParams(reportShape, params);
			// A call that was never made tells nothing.
			return result !== 'unused' && leasing.report(kid, model, result, used);
		},
	],
	[
		'usedThisMinute',
		async (leasing, params) => leasing.usedThisMinute(checkedParams(z.object({kid: name}), params).kid),
	],
]);
