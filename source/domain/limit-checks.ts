import type {LimitCheck, LimitSettings} from './limit.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** The windows a lease of `tokens` tokens must fit into; `owner` names whose limits they are. */
export function limitChecks(owner: string, limits: LimitSettings | undefined, tokens: number): LimitCheck[] {
	if (limits === undefined) return [];
	const {requestsPerMinute, burst, tokensPerMinute, requestsPerDay, concurrency} = limits;
	return [
		...window(`${owner} requests-minute`, requestsPerMinute, minuteMs, 1, burst),
		...window(`${owner} tokens-minute`, tokensPerMinute, minuteMs, tokens),
		...window(`${owner} requests-day`, requestsPerDay, dayMs, 1),
		...(concurrency === undefined ? [] : [{id: `${owner} concurrency`, capacity: concurrency, refillMs: 0, cost: 1}]),
	];
}

function window(id: string, limit: number | undefined, spanMs: number, cost: number, capacity = limit): LimitCheck[] {
	if (limit === undefined || capacity === undefined) return [];
	return [{id, capacity, refillMs: spanMs / limit, cost}];
}
