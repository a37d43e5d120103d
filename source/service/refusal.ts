import type {Refused} from '../engine/leasing.ts';
import type {SkipReport} from '../engine/report-shapes.ts';
import {skipReport} from '../engine/reports.ts';
import {KeydeckError} from '../errors.ts';
import {isoTime} from '../format.ts';

/** Body of every answer that is not fine. `error` is a sentence, as clients of the original expect. */
export type ErrorBody = {
	readonly error: string;
	readonly code: string;
	readonly hint: string;
	readonly retryAt?: string;
	readonly skipped?: readonly SkipReport[];
};

/** A request that is answered with an error; thrown by routes, told by one place. */
export class RequestRefused extends Error {
	readonly status: number;
	readonly body: ErrorBody;
	/** Seconds, for the header Retry-After. */
	readonly retryAfterS: number | undefined;

	constructor(status: number, body: ErrorBody, retryAfterS?: number) {
		super(body.error);
		this.status = status;
		this.body = body;
		this.retryAfterS = retryAfterS;
	}
}

const statuses: Readonly<Record<string, number>> = {
	UNKNOWN_MODEL: 404,
	UNKNOWN_KEY: 404,
	UNKNOWN_ALERT: 404,
	BAD_REQUEST: 400,
	NO_KEY: 503,
};

/** What a client is told of an error; one nobody meant to show says nothing. */
export function refusalOf(error: unknown): RequestRefused {
	if (error instanceof RequestRefused) return error;
	if (error instanceof KeydeckError) {
		const status = statuses[error.code] ?? 503;
		return new RequestRefused(status, {
			error: error.message,
			code: error.code,
			hint: error.hint ?? 'keydeck status says more',
		});
	}
	return new RequestRefused(503, {
		error: 'keydeck failed at this request',
		code: 'INTERNAL',
		hint: 'the log of the service says more; try again',
	});
}

export function badRequest(error: string, hint: string): RequestRefused {
	return new RequestRefused(400, {error, code: 'BAD_REQUEST', hint});
}

export function notFound(error: string, hint: string, code = 'NOT_FOUND'): RequestRefused {
	return new RequestRefused(404, {error, code, hint});
}

/** No key for a call: 404 unknown model, 429 while it is a matter of time, else 503. */
export function refusedLease(model: string, refused: Refused, now: number): RequestRefused {
	const skipped = refused.skipped.map(skipReport);
	const named = JSON.stringify(model);
	switch (refused.code) {
		case 'UNKNOWN_MODEL':
			return notFound(`unknown model ${named}`, 'keydeck models lists the names', 'UNKNOWN_MODEL');
		case 'NO_KEY': {
			const hint = 'put a key of its vendor into .env, or ask with fallback=true';
			return new RequestRefused(503, {error: `no key is configured for ${named}`, code: 'NO_KEY', hint});
		}
		case 'NO_CANDIDATE': {
			const {retryAt} = refused;
			const error = `no key can serve ${named} now`;
			if (retryAt === undefined) {
				const hint = 'none comes back by itself: GET /api/keys/status says what to do for each';
				return new RequestRefused(503, {error, code: 'NO_CANDIDATE', hint, skipped});
			}
			const waitS = Math.max(1, Math.ceil((retryAt - now) / 1000));
			const hint = `try again in ${waitS} s, ask with wait=ms, or with fallback=true`;
			return new RequestRefused(429, {error, code: 'NO_CANDIDATE', hint, retryAt: isoTime(retryAt), skipped}, waitS);
		}
	}
}
