import {z} from 'zod';
import {isModelName, modelNameRule} from '../config/model-name.ts';
import {strategyNames} from '../strategies/strategy.ts';

/** Shapes of what comes in and goes out over HTTP; the description of the service is made from them. */

const time = z.string().meta({description: 'ISO 8601, UTC'});
const timeOrNull = time.nullable();
const rate = z.number().min(0).max(1).nullable().meta({description: 'from 0 to 1; null = not measured'});
const ms = z.number().nullable().meta({description: 'milliseconds; null = not measured'});
/** Longer calls there are none; sums of larger numbers would not be numbers. */
const duration = z.number().min(0).max(86_400_000);
const tokenCount = z.int().min(0).max(1_000_000_000);
const digits = z.string().regex(/^\d{1,9}$/);

const modelName = z.string().max(200).refine(isModelName, modelNameRule).meta({description: modelNameRule});
const hash = z.string().regex(/^[\w-]{1,100}$/);
const leaseId = z.string().min(1).max(100);
export const ofModel = z.object({model: modelName});
export const ofKey = z.object({model: modelName, keyIndex: digits.transform(Number)});
export const ofAlert = z.object({id: z.string().min(1).max(500)});
const strategy = z.enum(strategyNames);

/** What may be asked of a hand-out. */
export const handOutQuery = z.strictObject({
	strategy: strategy.exactOptional(),
	fallback: z
		.enum(['true', 'false', '1', '0'])
		.transform((text) => text === 'true' || text === '1')
		.exactOptional(),
	affinity: z.string().min(1).max(200).exactOptional(),
	tokens: digits.transform(Number).exactOptional(),
	wait: digits
		.transform((text) => Math.min(Number(text), 60_000))
		.meta({description: 'milliseconds, at most 60000'})
		.exactOptional(),
});

const headers = z.record(z.string().max(100), z.string().max(8192));
const which = {leaseId: leaseId.exactOptional(), hash: hash.exactOptional()};
const tokens = z.union([
	tokenCount,
	z.object({input: tokenCount, output: tokenCount}).transform(({input, output}) => ({input, output})),
]);

export const usageBody = z.object({
	...which,
	tokens: tokens.exactOptional(),
	latencyMs: duration.exactOptional(),
	firstByteMs: duration.exactOptional(),
	status: z.int().min(100).max(599).exactOptional(),
	ok: z.boolean().exactOptional(),
});

export const failureBody = z.object({
	...which,
	status: z.int().min(100).max(599).exactOptional(),
	error: z.union([z.string(), z.looseObject({})]).exactOptional(),
	headers: headers.exactOptional(),
	latencyMs: duration.exactOptional(),
});

export const strategyBody = z.object({strategy});
export const silenceBody = z.object({minutes: z.int().min(1).max(43_200)});
export const testBody = z.object({deep: z.boolean().exactOptional()}).optional();

const skip = z.object({label: z.string(), model: z.string(), reason: z.string(), until: timeOrNull});

export const errorAnswer = z
	.object({
		error: z.string(),
		code: z.string(),
		hint: z.string(),
		retryAt: time.optional(),
		skipped: z.array(skip).optional(),
	})
	.meta({id: 'Error'});

export const handOut = z
	.object({
		key: z.string().meta({description: 'the key itself: never log it'}),
		model: z.string(),
		provider: z.string(),
		upstreamModel: z.string(),
		baseUrl: z.string(),
		headers: z.record(z.string(), z.string()),
		keyIndex: z.int(),
		hash: z.string(),
		leaseId: z.string(),
		expiresAt: time,
		why: z.string(),
		warning: z.string().nullable(),
	})
	.meta({id: 'HandOut'});

export const usageAnswer = z.object({
	model: z.string(),
	hash: z.string(),
	usage: z.int().meta({description: 'requests of this key in the last minute'}),
	settled: z.boolean(),
});

const keyReport = z.object({
	hash: z.string(),
	health: z.union([z.boolean(), z.literal('unknown')]),
	lastCheck: timeOrNull,
	usage: z.int(),
	error: z.string().nullable(),
	index: z.int(),
	label: z.string(),
	mask: z.string(),
	account: z.string(),
	state: z.string(),
	why: z.string(),
	until: timeOrNull,
	advice: z.string(),
	proof: z.enum(['none', 'key', 'money', 'call']),
	successRate: rate,
	avgLatency: ms,
	headroom: rate,
	balance: z.object({amount: z.number(), currency: z.string()}).nullable(),
});

export const statusAnswer = z.object({
	timestamp: time,
	providers: z.record(
		z.string(),
		z.object({
			name: z.string(),
			keyCount: z.int(),
			keys: z.array(keyReport),
			provider: z.string(),
			upstreamModel: z.string(),
			warning: z.string().nullable(),
			strategy,
			usable: z.int(),
		}),
	),
});

const alertAnswer = z
	.object({
		id: z.string(),
		type: z.string(),
		severity: z.enum(['critical', 'high', 'medium', 'low']),
		model: z.string().nullable(),
		keyIndex: z.int().nullable(),
		message: z.string(),
		timestamp: time,
		models: z.array(z.string()),
		provider: z.string(),
		label: z.string(),
		state: z.string(),
		advice: z.string(),
		resolvedAt: timeOrNull,
		acknowledged: z.object({by: z.string(), at: time}).nullable(),
		silencedUntil: timeOrNull,
	})
	.meta({id: 'Alert'});

export const alertsAnswer = z.array(alertAnswer).max(50);

export const summaryAnswer = z.object({
	timestamp: time,
	providers: z.record(
		z.string(),
		z.object({
			name: z.string(),
			keys: z.array(
				z.object({
					index: z.int(),
					status: z.enum(['healthy', 'unhealthy', 'unknown']),
					lastCheck: timeOrNull,
					metrics: z.object({
						successCount: z.int(),
						failureCount: z.int(),
						successRate: rate,
						avgLatency: ms,
						p95Latency: ms,
					}),
					hash: z.string(),
					label: z.string(),
					state: z.string(),
					why: z.string(),
					until: timeOrNull,
				}),
			),
		}),
	),
	alerts: z.array(alertAnswer).max(10),
});

const check = z.object({
	status: z.enum(['healthy', 'unhealthy', 'unknown']),
	statusCode: z.int().nullable(),
	latency: ms,
	timestamp: time,
	verdict: z.string(),
	evidence: z.string(),
	from: z.string(),
});
const rateLimit = z.object({
	kind: z.string(),
	limit: z.number(),
	remaining: z.number().nullable(),
	resetAt: timeOrNull,
});

export const keyHealthAnswer = z.object({
	current: z
		.object({
			...check.shape,
			rateLimit: rateLimit.nullable(),
			state: z.string(),
			why: z.string(),
			until: timeOrNull,
			advice: z.string(),
		})
		.nullable(),
	history: z.array(check).max(50),
});

export const historyQuery = z.strictObject({
	span: z.enum(['minute', 'hour']).exactOptional(),
	hours: digits.transform(Number).exactOptional(),
});

export const historyAnswer = z.object({
	span: z.enum(['minute', 'hour']),
	providers: z.record(
		z.string(),
		z.array(
			z.object({
				timestamp: time,
				successes: z.int(),
				failures: z.int(),
				throttled: z.int(),
				calls: z.int(),
				probes: z.int(),
				avgLatency: ms,
				tokens: z.number(),
				costUsd: z.number(),
			}),
		),
	),
});

export const statsAnswer = z.record(
	z.string(),
	z.object({
		strategy,
		totalKeys: z.int(),
		keys: z.array(
			z.object({
				index: z.int(),
				label: z.string(),
				health: z.union([z.boolean(), z.literal('unknown')]),
				successRate: rate,
				avgLatency: ms,
				usageCount: z.int(),
				share: rate,
			}),
		),
	}),
);

export const whyAnswer = z.object({
	model: z.string(),
	pick: z
		.object({label: z.string(), mask: z.string(), hash: z.string(), servedBy: z.string(), why: z.string()})
		.nullable(),
	skipped: z.array(skip),
});

export const testAnswer = z.object({
	provider: z.string(),
	label: z.string(),
	mask: z.string(),
	hash: z.string(),
	ok: z.boolean(),
	verdict: z.string(),
	state: z.string(),
	why: z.string(),
	status: z.int().nullable(),
	latencyMs: ms,
	proof: z.enum(['none', 'key', 'money', 'call']),
	costUsd: z.number(),
});

export const done = z.object({ok: z.literal(true), what: z.string()});
export const healthAnswer = z.object({ok: z.literal(true)});
export const readyAnswer = z.object({
	ready: z.boolean(),
	degraded: z.boolean(),
	store: z.object({kind: z.string(), state: z.string(), detail: z.string().nullable()}),
	keys: z.object({total: z.int(), usable: z.int()}),
});
