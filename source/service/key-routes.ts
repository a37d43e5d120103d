import type {Clock} from '../clock.ts';
import type {CatalogueEntry} from '../domain/catalogue.ts';
import type {Kid} from '../domain/key.ts';
import type {Lease} from '../domain/lease.ts';
import {benchesByItself} from '../domain/verdict.ts';
import {type CallReport, reportedOutcome} from '../engine/call-report.ts';
import {unknownModel} from '../engine/deck.ts';
import type {Engine} from '../engine/engine.ts';
import {rotationStats, statusReport, whyReport} from '../engine/reports.ts';
import type {Audit} from './audit.ts';
import {handOutKey} from './hand-out.ts';
import {badRequest, notFound, type RequestRefused} from './refusal.ts';
import {type Route, route} from './route.ts';
import * as shapes from './shapes.ts';
import {reportWithoutKeys} from './told.ts';

type Parts = {readonly engine: Engine; readonly audit: Audit; readonly clock: Clock};

/** What agents use: a key, what came of the call, and how the keys are. */
export function keyRoutes(parts: Parts): Route[] {
	const {engine, clock} = parts;
	return [
		route({
			method: 'GET',
			path: '/api/keys/status',
			need: 'read',
			summary: 'How every key is, by model',
			answer: shapes.statusAnswer,
			errors: [],
			run: async () => statusReport(engine.snapshot()),
		}),
		route({
			method: 'GET',
			path: '/api/keys/:model',
			need: 'keys',
			summary: 'Lease the next key for a model',
			params: shapes.ofModel,
			query: shapes.handOutQuery,
			answer: shapes.handOut,
			errors: [400, 404, 429, 503],
			run: async ({params, query: {wait, ...wish}, by, from, signal, isGone}) => {
				const request = {...params, ...wish, ...(wait === undefined ? {} : {waitMs: wait, signal: signal()})};
				return handOutKey(parts, request, {by, from, now: clock.now(), isGone});
			},
		}),
		usageRoute(parts),
		failureRoute(parts),
		route({
			method: 'GET',
			path: '/api/keys/:model/why',
			need: 'read',
			summary: 'Which key a call would get now, and why the others would not',
			params: shapes.ofModel,
			answer: shapes.whyAnswer,
			errors: [400, 404],
			run: async ({params: {model}}) => whyReport(await engine.why(model)),
		}),
		route({
			method: 'GET',
			path: '/api/stats',
			need: 'read',
			summary: 'How calls were spread over the keys, by model',
			answer: shapes.statsAnswer,
			errors: [],
			run: async () => rotationStats(engine.snapshot()),
		}),
	];
}

/** trackUsage of the original: the call went well (or a status says otherwise). */
function usageRoute(parts: Parts): Route {
	const {engine} = parts;
	return route({
		method: 'POST',
		path: '/api/keys/:model/usage',
		need: 'keys',
		summary: 'Report a call that was made; settles its lease once',
		params: shapes.ofModel,
		body: shapes.usageBody,
		answer: shapes.usageAnswer,
		errors: [400, 404],
		run: async ({params: {model}, body: {leaseId, hash, ...report}}) => {
			const found = await callOf(engine, model, {leaseId, hash});
			const {outcome, usage} = outcomeOf(report, parts);
			const settled = found.lease !== undefined && (await engine.release(found.lease.id, outcome, usage));
			return {model, hash: found.hash, usage: await engine.usedThisMinute(found.kid), settled};
		},
	});
}

/** handleKeyFailure of the original: benches by the error given, answers another key. */
function failureRoute(parts: Parts): Route {
	const {engine, clock} = parts;
	return route({
		method: 'POST',
		path: '/api/keys/:model/failure',
		need: 'keys',
		summary: 'Report a call that failed; answers another key of the model, else along its chain',
		params: shapes.ofModel,
		body: shapes.failureBody,
		answer: shapes.handOut,
		errors: [400, 404, 429, 503],
		run: async ({params: {model}, body: {leaseId, hash, ...report}, by, from, isGone}) => {
			const {lease, kid, entry} = await callOf(engine, model, {leaseId, hash});
			const {outcome, usage} = outcomeOf({ok: false, ...report}, parts);
			if (lease !== undefined) await engine.release(lease.id, outcome, usage);
			// A lease that is over was judged before; a caller that knows none may have had none.
			else if (leaseId === undefined) await engine.report(kid, model, outcome, usage);
			const reading = engine.settings.providers
				.get(entry.provider)
				?.read(outcome, {by: 'call', model: entry.upstream, request: 'call'});
			const isBenched = reading !== undefined && benchesByItself(reading.verdict.kind);
			const request = {model, fallback: true, avoid: isBenched ? [] : [kid]};
			return handOutKey(parts, request, {by, from, now: clock.now(), isGone});
		},
	});
}

function outcomeOf(report: CallReport, {engine, clock}: Parts): ReturnType<typeof reportedOutcome> {
	return reportedOutcome(reportWithoutKeys(report, engine.settings.keys), clock.now());
}

type Call = {
	readonly lease?: Lease | undefined;
	readonly kid: Kid;
	readonly hash: string;
	/** Model that served. */
	readonly entry: CatalogueEntry;
};

function unknownLease(engine: Engine, model: string, leaseId: string): RequestRefused {
	const {kind, state} = engine.snapshot().store;
	const isCutOff = kind === 'redis' && state === 'degraded';
	const hint = isCutOff
		? 'Redis is away: report it to the replica that granted it, or here when Redis is back'
		: 'it was settled before, or expired after 60 s; nothing is counted twice';
	return notFound(`no open lease ${JSON.stringify(leaseId)} of ${model}`, hint, 'UNKNOWN_LEASE');
}

type Which = {readonly leaseId?: string | undefined; readonly hash?: string | undefined};

/** The call a report is about: its lease, or its key where the lease has ended. */
async function callOf(engine: Engine, model: string, {leaseId, hash}: Which): Promise<Call> {
	const entry = engine.settings.catalogue.get(model);
	if (entry === undefined) throw unknownModel(model);
	if (leaseId !== undefined) {
		const lease = await engine.openLease({leaseId});
		const key = engine.settings.keys.find((each) => each.key.kid === lease?.kid)?.key;
		if (lease !== undefined && key !== undefined && (lease.model === model || lease.servedBy === model))
			return {lease, kid: key.kid, hash: key.hash, entry: engine.settings.catalogue.get(lease.servedBy) ?? entry};
		if (hash === undefined) throw unknownLease(engine, model, leaseId);
	}
	if (hash === undefined) throw badRequest('the body needs leaseId or hash', 'send what GET /api/keys/:model answered');
	const key = engine.settings.keys.find((each) => each.key.hash === hash)?.key;
	if (key === undefined) throw notFound(`no key with hash ${hash}`, 'GET /api/keys/status lists them', 'UNKNOWN_KEY');
	const lease = leaseId === undefined ? await engine.openLease({kid: key.kid, model}) : undefined;
	return {lease, kid: key.kid, hash, entry};
}
