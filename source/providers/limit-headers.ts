import type {LimitKind, LimitReading} from '../domain/limit.ts';
import type {Headers} from './answer.ts';
import {present} from './payload.ts';
import {instantOf, type Reset} from './retry-after.ts';

/** The header names of one of a vendor's windows. */
export type LimitHeaders = {
	readonly kind: LimitKind;
	readonly limit: string;
	readonly remaining?: string;
	readonly reset?: string;
	/** The window when its pace shows that it lasts a day: small accounts get a daily one under the same name. */
	readonly daily?: LimitKind;
};

const halfDayMs = 43_200_000;

/** The windows an answer tells of; those without a limit are left out. */
export function limitsIn(headers: Headers, table: readonly LimitHeaders[], at: number): readonly LimitReading[] {
	return table.flatMap((names) => {
		const limit = count(headers[names.limit]);
		if (limit === undefined) return [];
		const remaining = names.remaining === undefined ? undefined : count(headers[names.remaining]);
		const reset = resetIn(headers, names, at);
		return [
			present<LimitReading>({
				kind: names.daily !== undefined && lastsADay(limit, remaining, reset?.at, at) ? names.daily : names.kind,
				limit,
				remaining,
				resetAt: reset?.at,
				at,
				from: reset?.rule ?? `${names.limit}: ${limit}`,
			}),
		];
	});
}

/** The resets an answer tells of, with or without a limit beside them. */
export function resetsIn(headers: Headers, table: readonly LimitHeaders[], at: number): readonly Reset[] {
	return table.flatMap((names) => resetIn(headers, names, at) ?? []);
}

function resetIn(headers: Headers, names: LimitHeaders, now: number): Reset | undefined {
	const text = names.reset === undefined ? undefined : headers[names.reset];
	const at = text === undefined ? undefined : instantOf(text, now);
	if (at === undefined) return undefined;
	const remaining = names.remaining === undefined ? undefined : count(headers[names.remaining]);
	return present<Reset>({at, remaining, rule: `${names.reset}: ${text}`});
}

/** The reset says how long the spent units take to come back, so the whole window's length follows. */
function lastsADay(limit: number, remaining: number | undefined, resetAt: number | undefined, at: number): boolean {
	const used = limit - (remaining ?? limit);
	return used > 0 && resetAt !== undefined && ((resetAt - at) / used) * limit >= halfDayMs;
}

function count(text: string | undefined): number | undefined {
	return text !== undefined && /^\d{1,15}(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}
