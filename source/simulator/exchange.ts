import {answerTokens, complete, modelRefusal} from './completion.ts';
import type {Desk} from './desk.ts';
import type {KeyRecord} from './keyring.ts';
import type {TallyLine} from './tally.ts';
import type {AdmittedRequest, Answer, Ask, Endpoint, Refusal, Vendor} from './vendor.ts';
import {refuse} from './vendor.ts';

/** A request as it came in. */
type Arrival = Pick<AdmittedRequest, 'headers' | 'path' | 'query'> & {
	readonly method: string;
	/** Undefined when it was not read. */
	readonly body: string | undefined;
};

/** When it came, and the luck of it. */
type Moment = {
	/** Epoch ms. */
	readonly now: number;
	/** From 0 to 1. */
	readonly chance: number;
	/** 24 hex characters. */
	readonly id: string;
};

/** What the vendor answers, and what is to be done about it. */
export type Reply = {
	readonly answer: Answer;
	/** A stream, in place of the answer's body. */
	readonly pieces?: readonly string[];
	/** Who asked; the stranger when nobody knows. */
	readonly key: KeyRecord;
	readonly line: TallyLine;
	/** To be called when the answer is over: a completion is no longer in flight. */
	readonly finish?: () => void;
};

type Granted = Pick<Reply, 'answer' | 'pieces' | 'finish'>;

/** Decides what the vendor answers, as it would: door, key, endpoint, model, money, windows. */
export function exchange(desk: Desk, arrival: Arrival, moment: Moment): Reply {
	const {vendor} = desk;
	const endpoint = vendor.route(arrival.method, arrival.path, arrival.query);
	const isPublic = endpoint?.cost === 'public';
	const credential = isPublic ? undefined : vendor.credential(arrival.headers, arrival.query);
	const known = typeof credential === 'string' ? desk.keys.find(credential, moment.now) : undefined;
	const key = known ?? desk.keys.stranger;
	const line = key.tally.line(endpoint?.name ?? 'unknown path', endpoint?.cost ?? 'none');
	line.requests += 1;
	const shut =
		shutDoor(desk, endpoint, arrival, moment) ?? (isPublic ? undefined : turnedAway(vendor, credential, known));
	const refused = shut ?? vendor.protocol?.(arrival.headers);
	const served = refused ?? serve(desk, endpoint as Endpoint, arrival, key, line, moment);
	const granted: Granted = 'kind' in served ? {answer: refuse(vendor, served, moment.id)} : served;
	// Who was turned away is not told whose key it was.
	const marks = vendor.marks(moment.id, refused === undefined ? known : undefined);
	const {answer} = granted;
	return {...granted, answer: {...answer, headers: {...answer.headers, ...marks}}, key, line};
}

/** The vendor itself is unwell, or has no such path. */
function shutDoor(
	{condition}: Desk,
	endpoint: Endpoint | undefined,
	{method, path}: Arrival,
	{chance}: Moment,
): Refusal | undefined {
	if (condition.kind === 'overloaded') return {kind: 'overloaded', cost: endpoint?.cost ?? 'free'};
	const fails = condition.kind === 'failing' || (condition.kind === 'flaky' && chance < condition.share);
	if (fails) return {kind: 'failing'};
	return endpoint === undefined ? {kind: 'no-route', method, path} : undefined;
}

/** Keys that open nothing. */
function turnedAway(
	vendor: Vendor,
	credential: string | Refusal | undefined,
	key: KeyRecord | undefined,
): Refusal | undefined {
	if (!vendor.needsKey) return undefined;
	if (typeof credential !== 'string') return credential;
	switch (key?.behaviour.kind) {
		case undefined:
		case 'revoked':
			return {kind: 'rejected', key: credential};
		case 'leaked':
			return {kind: 'leaked', key: credential};
		case 'blocked':
			return {kind: 'blocked'};
		default:
			return undefined;
	}
}

function serve(
	desk: Desk,
	endpoint: Endpoint,
	arrival: Arrival,
	key: KeyRecord,
	line: TallyLine,
	moment: Moment,
): Granted | Refusal {
	const body = readsBody(endpoint) ? parsed(arrival.body) : {};
	if (body === undefined) return {kind: 'bad-request', message: 'We could not parse the JSON body of your request.'};
	const {headers, path, query} = arrival;
	const request: AdmittedRequest = {headers, path, query, body, key, models: desk.models};
	if (endpoint.cost === 'completion') return completion(desk, endpoint, request, line, moment);
	if (endpoint.cost === 'free' && key.behaviour.kind === 'restricted') return {kind: 'restricted'};
	const answer = endpoint.answer(request);
	return 'kind' in answer ? answer : {answer};
}

function completion(
	desk: Desk,
	{dialect}: Extract<Endpoint, {cost: 'completion'}>,
	request: AdmittedRequest,
	line: TallyLine,
	{now, id}: Moment,
): Granted | Refusal {
	const ask = dialect.read(request);
	if ('kind' in ask) return ask;
	const refusal = askRefusal(desk, ask, request);
	if (refusal !== undefined) return refusal;
	const {account, limits = desk.vendor.limits} = request.key;
	const cost = {inputTokens: ask.promptTokens, outputTokens: answerTokens(ask)};
	const taken = account.quota.take(ask.model, limits, cost, now);
	if (!taken.granted) {
		const {full, readings, requested} = taken;
		return {kind: 'throttled', model: ask.model, account: account.name, full, readings, requested, now};
	}
	line.tokens += cost.inputTokens + cost.outputTokens;
	const done = complete(ask, id, now);
	const headers = {
		'content-type': ask.stream ? dialect.streamType : 'application/json',
		...desk.vendor.limitHeaders(taken.readings, now),
	};
	const finish = limits.concurrency === undefined ? {} : {finish: account.quota.open(ask.model)};
	if (!ask.stream) return {answer: {status: 200, headers, body: dialect.whole(done)}, ...finish};
	const pieces = dialect.pieces(done);
	const breaks = desk.condition.kind === 'breaking-streams';
	const sent = breaks ? [...pieces.slice(0, Math.ceil(pieces.length / 2)), dialect.broken(done)] : pieces;
	return {answer: {status: 200, headers, body: ''}, pieces: sent, ...finish};
}

/** Why this cannot be asked, or not with this key. */
function askRefusal(desk: Desk, ask: Ask, request: AdmittedRequest): Refusal | undefined {
	const refusal = modelRefusal(ask.model, request);
	if (refusal !== undefined) return refusal;
	const {behaviour} = request.key;
	if (behaviour.kind === 'no-credit') return {kind: 'no-credit'};
	if (behaviour.kind === 'spend-limit') return {kind: 'spend-limit', until: behaviour.until};
	const most = desk.vendor.contextTokens;
	return ask.promptTokens > most ? {kind: 'too-long', tokens: ask.promptTokens, most} : undefined;
}

/** Whether the endpoint looks at the body; the others need not wait for it. */
function readsBody(endpoint: Endpoint | undefined): boolean {
	return endpoint !== undefined && (endpoint.cost === 'completion' || endpoint.hasBody === true);
}

function parsed(body: string | undefined): Readonly<Record<string, unknown>> | undefined {
	try {
		const value: unknown = JSON.parse(body ?? '');
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? {...value} : undefined;
	} catch {
		return undefined;
	}
}
