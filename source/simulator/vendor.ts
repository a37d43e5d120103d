import type {IncomingHttpHeaders} from 'node:http';
import type {KeyRecord} from './keyring.ts';
import type {Limits, Reading} from './quota.ts';
import type {VendorName} from './vendor-name.ts';

/** What goes over the wire, apart from the headers every answer of the vendor carries. */
export type Answer = {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
};

/** Why a vendor says no. Each vendor has its own words for each. */
export type Refusal =
	| {readonly kind: 'no-credential'}
	/** Two credentials in one request. */
	| {readonly kind: 'two-credentials'}
	/** Unknown, deleted or revoked. */
	| {readonly kind: 'rejected'; readonly key: string}
	| {readonly kind: 'leaked'; readonly key: string}
	/** The whole account is closed or on hold. */
	| {readonly kind: 'blocked'}
	/** The key is good but lacks the scope of this endpoint. */
	| {readonly kind: 'restricted'}
	| {readonly kind: 'no-credit'}
	/** `until`: UTC day, `2026-12-01`. */
	| {readonly kind: 'spend-limit'; readonly until: string}
	| {readonly kind: 'model-unknown'; readonly model: string}
	| {readonly kind: 'model-forbidden'; readonly model: string}
	| Throttle
	| {readonly kind: 'overloaded'; readonly cost: Endpoint['cost']}
	| {readonly kind: 'failing'}
	| {readonly kind: 'too-long'; readonly tokens: number; readonly most: number}
	| {readonly kind: 'bad-request'; readonly message: string; readonly param?: string}
	| {readonly kind: 'no-route'; readonly method: string; readonly path: string};

/** A window is full. */
export type Throttle = {
	readonly kind: 'throttled';
	readonly model: string;
	readonly account: string;
	/** The window that is full. */
	readonly full: Reading;
	/** Every window of the account and model, the full one too. */
	readonly readings: readonly Reading[];
	/** What the request would have cost in the full window. */
	readonly requested: number;
	/** Epoch ms. */
	readonly now: number;
};

/** The vendor's answer per refusal; `id` is the id of the request, 24 hex characters. */
export type Refusals = {
	readonly [Kind in Refusal['kind']]: (refusal: Extract<Refusal, {kind: Kind}>, id: string) => Answer;
};

/** What a completion asks for. */
export type Ask = {
	readonly model: string;
	readonly promptTokens: number;
	/** Cap on the answer; undefined = the vendor's own. */
	readonly maxTokens: number | undefined;
	readonly stream: boolean;
	/** OpenAI's `stream_options.include_usage`. */
	readonly includeUsage: boolean;
};

/** A completion that was granted, ready to be written down in the vendor's form. */
export type Completion = {
	/** 24 hex characters. */
	readonly id: string;
	readonly model: string;
	/** Epoch ms. */
	readonly at: number;
	/** The answer, one token a word. */
	readonly words: readonly string[];
	/** `length` when the cap cut it off. */
	readonly finish: 'stop' | 'length';
	readonly inputTokens: number;
	readonly outputTokens: number;
	readonly includeUsage: boolean;
};

/** One wire format of completions. */
export type Dialect = {
	/** Content type of a streamed answer. */
	readonly streamType: string;
	readonly read: (request: AdmittedRequest) => Ask | Refusal;
	readonly whole: (completion: Completion) => string;
	/** The stream, cut where the vendor cuts it: one event each. */
	readonly pieces: (completion: Completion) => readonly string[];
	/** What the vendor sends when it fails in the middle of a stream. */
	readonly broken: (completion: Completion) => string;
};

/** A request that passed the door. */
export type AdmittedRequest = {
	readonly headers: IncomingHttpHeaders;
	/** Without the query. */
	readonly path: string;
	/** Without the `?`. */
	readonly query: string;
	/** Empty where there was none. */
	readonly body: Readonly<Record<string, unknown>>;
	readonly key: KeyRecord;
	readonly models: readonly string[];
};

/** One thing a vendor can be asked. `name` is its method and path, ids as stars: `GET /v1/models/*`. */
export type Endpoint =
	| {
			readonly name: string;
			/** `public`: needs no key. `free`: costs nothing, tells no limits. */
			readonly cost: 'public' | 'free';
			/** The body matters. @default false */
			readonly hasBody?: boolean;
			readonly answer: (request: AdmittedRequest) => Answer | Refusal;
	  }
	| {readonly name: string; readonly cost: 'completion'; readonly dialect: Dialect};

/** How one vendor behaves on the wire. Pure: sockets, time and chance are the server's. */
export type Vendor = {
	readonly name: VendorName;
	/** Path of the base URL as people configure it: `/v1`, or empty. */
	readonly basePath: string;
	/** False: answers without a credential (a local server). */
	readonly needsKey: boolean;
	readonly models: readonly string[];
	/** Limits of a key that the scenario says nothing about. */
	readonly limits: Limits;
	/** Longest prompt in tokens. */
	readonly contextTokens: number;
	/** Undefined = the vendor has no such path. `path` is without query. */
	readonly route: (method: string, path: string, query: string) => Endpoint | undefined;
	/** The key's text, or why there is none. */
	readonly credential: (headers: IncomingHttpHeaders, query: string) => string | Refusal;
	readonly refusals: Refusals;
	/** Headers of every answer; those that name the account only for a key that was accepted. */
	readonly marks: (id: string, key: KeyRecord | undefined) => Readonly<Record<string, string>>;
	/** Headers of a granted completion. */
	readonly limitHeaders: (readings: readonly Reading[], now: number) => Readonly<Record<string, string>>;
	/** Refuses by protocol before the endpoint looks, e.g. a missing version header. */
	readonly protocol?: (headers: IncomingHttpHeaders) => Refusal | undefined;
};

/** An answer with a JSON body. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
	return {status, headers: {'content-type': 'application/json', ...headers}, body: JSON.stringify(value)};
}

/** The vendor's words for a refusal. */
export function refuse(vendor: Vendor, refusal: Refusal, id: string): Answer {
	const answer = vendor.refusals[refusal.kind] as (refusal: Refusal, id: string) => Answer;
	return answer(refusal, id);
}

/** The key of `Authorization: Bearer <key>`. */
export function bearer(headers: IncomingHttpHeaders): string | undefined {
	const value = headers.authorization;
	if (value === undefined || !/^bearer /i.test(value)) return undefined;
	return value.slice(7).trim() || undefined;
}

/** Finds an endpoint by its name; paths with an id in them are the vendor's own affair. */
export function routesOf(endpoints: readonly Endpoint[]): (method: string, path: string) => Endpoint | undefined {
	const routes = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));
	return (method, path) => routes.get(`${method} ${path}`);
}
