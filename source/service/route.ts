import type {z} from 'zod';
import type {Need} from './gate.ts';

/** One request as a route sees it: checked, and by whom. */
type RouteCall<Params, Query, Body> = {
	readonly params: Params;
	readonly query: Query;
	readonly body: Body;
	/** Label of its token; `somebody here` without one. */
	readonly by: string;
	/** Address of the peer. */
	readonly from: string;
	/** Aborted when the client goes away. */
	readonly signal: () => AbortSignal;
	/** The client has gone away; cheaper than a signal, for who does not wait. */
	readonly isGone: () => boolean;
};

/** One endpoint: what it takes, what it answers, who may use it. The description of the service is made from these. */
export type Route<Params = unknown, Query = unknown, Body = unknown> = {
	readonly method: 'GET' | 'POST' | 'PUT';
	/** Parts that begin with a colon are parameters. */
	readonly path: string;
	readonly need: Need;
	/** One line for the description. */
	readonly summary: string;
	readonly params?: z.ZodType<Params>;
	readonly query?: z.ZodType<Query>;
	readonly body?: z.ZodType<Body>;
	/** What a good answer looks like; absent for what is not JSON. */
	readonly answer?: z.ZodType;
	/** Statuses of its errors, those of the gate aside. */
	readonly errors: readonly number[];
	readonly run: (call: RouteCall<Params, Query, Body>) => Promise<unknown>;
};

/** An answer that is not JSON. */
export class TextAnswer {
	readonly type: string;
	readonly text: string;
	readonly headers: Readonly<Record<string, string>>;

	constructor(type: string, text: string, headers: Readonly<Record<string, string>> = {}) {
		this.type = type;
		this.text = text;
		this.headers = headers;
	}
}

/** Ties the types of a route's schemas to what it runs. */
export function route<Params, Query, Body>(spec: Route<Params, Query, Body>): Route {
	return spec as unknown as Route;
}
