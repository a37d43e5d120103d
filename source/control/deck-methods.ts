import {z} from 'zod';
import type {Deck} from '../engine/deck.ts';
import {strategyNames} from '../strategies/strategy.ts';
import {checkedParams} from './params.ts';

type Progress = (done: number, total: number) => void;
type Method = (deck: Deck, params: unknown, progress: Progress) => Promise<unknown>;

/** Labels, ids and names; longer ones are no names of ours. */
const name = z.string().min(1).max(500);

/** The latest time there is, epoch ms. */
const lastInstant = 8_640_000_000_000_000;

/** The deck's methods a client may call, by name, each with the parameters it takes. */
export const deckMethods: ReadonlyMap<string, Method> = new Map([
	['snapshot', method(z.object({}), async (deck) => deck.snapshot())],
	[
		'keyHistory',
		method(z.object({kid: name, limit: z.int().min(1).max(10_000)}), (deck, {kid, limit}) =>
			deck.keyHistory(kid, limit),
		),
	],
	['test', method(testRequest(), (deck, request, progress) => deck.test(request, progress))],
	['deepTestPrice', method(testRequest(), (deck, request) => deck.deepTestPrice(request))],
	[
		'setDuty',
		method(z.object({kid: name, duty: z.enum(['on', 'off', 'drain']), by: name}), (deck, {kid, duty, by}) =>
			deck.setDuty(kid, duty, by),
		),
	],
	[
		'setStrategy',
		method(z.object({model: name, strategy: z.enum(strategyNames), by: name}), (deck, {model, strategy, by}) =>
			deck.setStrategy(model, strategy, by),
		),
	],
	['acknowledgeAlert', method(z.object({id: name, by: name}), (deck, {id, by}) => deck.acknowledgeAlert(id, by))],
	[
		'silenceAlert',
		method(z.object({id: name, until: z.number().min(0).max(lastInstant)}), (deck, {id, until}) =>
			deck.silenceAlert(id, until),
		),
	],
	[
		'dryRun',
		method(
			z.object({model: name, strategy: z.enum(strategyNames).optional(), count: z.int().min(1).max(100_000)}),
			(deck, {model, strategy, count}) => deck.dryRun(model, strategy, count),
		),
	],
	[
		'history',
		method(z.object({span: z.enum(['minute', 'hour']), since: z.number()}), (deck, {span, since}) =>
			deck.history(span, since),
		),
	],
	['why', method(z.object({model: name}), (deck, {model}) => deck.why(model))],
]);

const actions = new Set(['test', 'setDuty', 'setStrategy', 'acknowledgeAlert', 'silenceAlert']);

/** What a client from elsewhere must be allowed to: to look, or to change something. */
export function scopeOf(method: string): 'read' | 'admin' {
	return actions.has(method) ? 'admin' : 'read';
}

function testRequest() {
	return z.object({
		kids: z.array(name).exactOptional(),
		deep: z.boolean().exactOptional(),
		model: name.exactOptional(),
	});
}

function method<Params>(
	shape: z.ZodType<Params>,
	call: (deck: Deck, params: Params, progress: Progress) => Promise<unknown>,
): Method {
	return async (deck, params, progress) => call(deck, checkedParams(shape, params), progress);
}
