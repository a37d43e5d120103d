import type {Clock} from '../clock.ts';
import type {Engine} from '../engine/engine.ts';
import type {Duty} from '../engine/switched-off.ts';
import type {Audit} from './audit.ts';
import {keyAt} from './health-routes.ts';
import {recorded} from './recorded.ts';
import {notFound} from './refusal.ts';
import {type Route, route} from './route.ts';
import * as shapes from './shapes.ts';

type Parts = {readonly engine: Engine; readonly audit: Audit; readonly clock: Clock};

const duties: readonly {readonly verb: string; readonly duty: Duty; readonly does: string; readonly said: string}[] = [
	{verb: 'disable', duty: 'off', does: 'Switch a key off', said: 'is switched off'},
	{verb: 'enable', duty: 'on', does: 'Switch a key on again', said: 'is switched on'},
	{verb: 'drain', duty: 'drain', does: 'Let a key finish its calls and take no new ones', said: 'takes no new calls'},
];

/** What changes something; each is in the audit. */
export function actionRoutes({engine, audit, clock}: Parts): Route[] {
	return [
		...duties.map(({verb, duty, does, said}) =>
			route({
				method: 'POST',
				path: `/api/keys/:model/:keyIndex/${verb}`,
				need: 'admin',
				summary: does,
				params: shapes.ofKey,
				answer: shapes.done,
				errors: [400, 404, 503],
				run: async ({params: {model, keyIndex}, by, from}) => {
					const {kid, label, hash} = keyAt(engine, model, keyIndex);
					await recorded(audit, {action: `key.${verb}`, by, from, model, key: hash, label});
					await engine.setDuty(kid, duty, by);
					return {ok: true, what: `${label} ${said}`};
				},
			}),
		),
		route({
			method: 'POST',
			path: '/api/keys/:model/:keyIndex/test',
			need: 'admin',
			summary: 'Ask the vendor about a key now: free, or one token with {"deep": true}',
			params: shapes.ofKey,
			body: shapes.testBody,
			answer: shapes.testAnswer,
			errors: [400, 404, 503],
			run: async ({params: {model, keyIndex}, body, by, from}) => {
				const key = keyAt(engine, model, keyIndex);
				const action = body?.deep === true ? 'key.deep-test' : 'key.test';
				await recorded(audit, {action, by, from, model, key: key.hash, label: key.label});
				const [result] = await engine.test({kids: [key.kid], model, deep: body?.deep === true});
				const {kid: _, ...told} = result ?? {};
				return told;
			},
		}),
		route({
			method: 'PUT',
			path: '/api/models/:model/strategy',
			need: 'admin',
			summary: 'Choose the order of the keys of a model',
			params: shapes.ofModel,
			body: shapes.strategyBody,
			answer: shapes.done,
			errors: [400, 404, 503],
			run: async ({params: {model}, body: {strategy}, by, from}) => {
				await recorded(audit, {action: `strategy.${strategy}`, by, from, model});
				await engine.setStrategy(model, strategy, by);
				return {ok: true, what: `${model} takes its keys ${strategy}`};
			},
		}),
		route({
			method: 'POST',
			path: '/api/alerts/:id/ack',
			need: 'admin',
			summary: 'Say that somebody has seen an alert',
			params: shapes.ofAlert,
			answer: shapes.done,
			errors: [400, 404, 503],
			run: async ({params: {id}, by, from}) => {
				ensureAlert(engine, id);
				await recorded(audit, {action: 'alert.ack', by, from, alert: id});
				await engine.acknowledgeAlert(id, by);
				return {ok: true, what: 'acknowledged'};
			},
		}),
		route({
			method: 'POST',
			path: '/api/alerts/:id/silence',
			need: 'admin',
			summary: 'Tell nobody of an alert for some minutes',
			params: shapes.ofAlert,
			body: shapes.silenceBody,
			answer: shapes.done,
			errors: [400, 404, 503],
			run: async ({params: {id}, body: {minutes}, by, from}) => {
				ensureAlert(engine, id);
				await recorded(audit, {action: 'alert.silence', by, from, alert: id});
				await engine.silenceAlert(id, clock.now() + minutes * 60_000);
				return {ok: true, what: `silent for ${minutes} min`};
			},
		}),
	];
}

function ensureAlert(engine: Engine, id: string): void {
	if (engine.snapshot().alerts.some((alert) => alert.id === id)) return;
	throw notFound('there is no such alert', 'GET /api/health/alerts lists them', 'UNKNOWN_ALERT');
}
