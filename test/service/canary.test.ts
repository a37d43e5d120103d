import assert from 'node:assert/strict';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {until} from '../helpers/engine.ts';
import {assertClean, canaries, disguises} from '../helpers/leaks.ts';
import {examples} from './route-examples.ts';
import {type Answer, exchange, type Json, LeapingClock, type Served, serve, upgradeLines} from './served.ts';

/** A model of each vendor's, so that each key is met. */
const models: Readonly<Record<string, string>> = {
	anthropic: 'claude-3-opus',
	openai: 'gpt-4o',
	deepseek: 'deepseek-coder',
	mistral: 'mistral-large',
	gemini: 'gemini-pro',
};

/** An answer as it may be looked at: of a hand-out all but what it is there to give. */
function seenOf({text, headers}: Answer): string {
	const shown = JSON.stringify([...headers]);
	let body: Json;
	try {
		body = JSON.parse(text);
	} catch {
		return shown + text;
	}
	if (typeof body === 'object' && body !== null && 'leaseId' in body) {
		const {key: _, headers: __, ...rest} = body;
		return shown + JSON.stringify(rest);
	}
	return shown + text;
}

/** What callers say of calls that failed, with the key in it wherever a vendor may put it. */
function echoes(text: string): object[] {
	const message = `Incorrect API key provided: ${text}. You can find your API key at https://example.org`;
	return [
		{status: 401, error: message},
		{status: 401, error: {error: {code: text, type: text, message, param: text}}},
		{
			status: 403,
			error: {
				error: {
					code: 'permission_denied',
					message: `key ${text} may not`,
					details: [{reason: text, metadata: {key: text}}],
				},
			},
		},
		{
			status: 429,
			error: `Rate limit reached for ${text}`,
			headers: {'retry-after': '1', 'x-request-id': text, 'openai-organization': text},
		},
		{status: 400, error: {error: {type: text, status: text, message: text}}},
		{status: 500, error: encodeURIComponent(`${text} ${text}`)},
		{error: `AxiosError: Request failed with status code 401 (Authorization: Bearer ${text})`},
		{error: `FetchError: request to https://example.org/v1?key=${text} failed, reason: connect ECONNREFUSED`},
		{error: `timeout of 3000ms exceeded ${text}`},
		{error: {name: 'Error', stack: `Error: ${text}\n    at x`, config: {headers: {Authorization: `Bearer ${text}`}}}},
	];
}

/** Asks for everything there is, well and badly, and gives all that came back but the hand-outs themselves. */
async function everything(served: Served, texts: readonly string[], clock: LeapingClock): Promise<string> {
	const seen = new Set<string>();
	const ask: Served['ask'] = async (...request) => {
		const answer = await served.ask(...request);
		seen.add(seenOf(answer));
		return answer;
	};
	const everyRoute = async (): Promise<void> => {
		for (const {method, path, body} of Object.values(examples)) await ask(method, path, {body});
		for (const model of Object.values(models)) {
			await ask('GET', `/api/keys/${model}/why`);
			for (const index of [0, 1, 2, 3, 4]) await ask('GET', `/api/health/${model}/${index}`);
		}
	};
	await everyRoute();
	for (const {hash, provider} of served.engine.snapshot().keys) {
		const model = models[provider];
		if (model === undefined) continue;
		for (const text of texts.filter((_, place) => place % 7 === hash.charCodeAt(0) % 7)) {
			for (const report of echoes(text)) await ask('POST', `/api/keys/${model}/failure`, {body: {hash, ...report}});
		}
	}
	for (const [place, text] of texts.entries()) {
		clock.leap(61_000);
		for (const told of await reportOwn(served, text, place)) seen.add(told);
		const raw = encodeURIComponent(text);
		for (const path of [
			`/${raw}`,
			`/api/keys/${raw}`,
			`/api/health/${raw}/0`,
			`/api/keys/gpt-4o?strategy=${raw}`,
			`/api/keys/gpt-4o?${raw}=1`,
		])
			await ask('GET', path);
		for (const path of [`/api/alerts/${raw}/ack`, `/api/keys/gpt-4o/${raw}/test`]) await ask('POST', path);
		for (const body of [{hash: text}, {leaseId: text}, {[text]: 1}, {headers: {[text]: 5}}, {status: text}, text]) {
			await ask('POST', '/api/keys/gpt-4o/usage', {body});
			await ask('POST', '/api/keys/gpt-4o/failure', {body: JSON.stringify(body)});
		}
		await ask('GET', '/api/keys/gpt-4o', {token: text});
		const lines = [`GET /${text} HTTP/1.1`, `Host: 127.0.0.1:${served.ports[0]}`, ...upgradeLines];
		seen.add(
			await exchange(served.ports[0], `${lines.join('\r\n')}\r\nSec-WebSocket-Protocol: keydeck.token.${text}\r\n\r\n`),
		);
		seen.add(await exchange(served.ports[0], `${lines.join('\r\n')}\r\n\r\n`));
	}
	await everyRoute();
	return [...seen].join('\n');
}

/** Takes a key of each vendor and reports on it with its own text in the error. */
async function reportOwn(served: Served, text: string, place: number): Promise<readonly string[]> {
	const model = Object.values(models)[place % 5] ?? '';
	const taken = await served.ask('GET', `/api/keys/${model}`);
	if (taken.status !== 200) return [seenOf(taken)];
	const {key, leaseId} = taken.json();
	const report = echoes(place % 2 === 0 ? key : text)[place % 10];
	const answer = await served.ask('POST', `/api/keys/${model}/failure`, {body: {leaseId, ...report}});
	return [seenOf(taken), seenOf(answer)];
}

test('no key leaves by any route, web socket, error, metric, log or file but the hand-out itself', async (t) => {
	const clock = new LeapingClock();
	const served = await serve(t, {keys: canaries, live: true, clock});
	const texts = [...served.project.texts.values()];
	assert.equal(texts.length, 20);
	const feed = await served.listen('/');
	const deck = await served.listen('/deck', {token: served.token});
	const frames: string[] = [];
	for (const {socket} of [feed, deck]) socket.on('message', (bytes) => frames.push(String(bytes)));
	let id = 0;
	const call = (method: string, params: unknown = {}): void =>
		deck.socket.send(JSON.stringify({id: ++id, method, params}));
	call('watch');
	await served.engine.test({});
	assertClean('an answer', await everything(served, texts, clock), texts);
	const [{kid = ''} = {}] = served.engine.snapshot().keys;
	for (const text of texts) {
		for (const method of [text, 'why', 'dryRun', 'setStrategy', 'acknowledgeAlert', 'keyHistory', 'test', 'setDuty'])
			call(method, {
				model: text,
				id: text,
				kid: text,
				kids: [text],
				by: text,
				strategy: text,
				count: 1,
				limit: 5,
				duty: 'on',
			});
	}
	for (const {kid: each} of served.engine.snapshot().keys) call('keyHistory', {kid: each, limit: 100});
	call('setDuty', {kid, duty: 'off', by: texts[0]});
	call('snapshot');
	await until(() => deck.messages.filter((each) => each.id !== undefined).length >= id);
	await sleep(600);
	assert.ok(frames.length > 50);
	assertClean('a frame', [...frames, ...[feed, deck].map(({messages}) => JSON.stringify(messages))].join('\n'), texts);
	assertClean('the log', served.failures.join('\n'), texts);
	assert.deepEqual(served.failures, []);
	await served.close();
	for (const name of await readdir(served.home)) {
		assertClean(name, await readFile(join(served.home, name), 'latin1').catch(() => ''), texts);
	}
});

test('the check finds a leak that was planted, in each disguise', async (t) => {
	const served = await serve(t, {keys: canaries.slice(3, 4)});
	const [text = ''] = served.project.texts.values();
	const {leaseId, hash} = await served.take('/api/keys/gpt-4o');
	for (const disguise of disguises(text)) {
		// As if the service had told it: a label is shown everywhere.
		const planted = seenOf(await served.ask('GET', '/api/keys/status')).replace('OPENAI_API_KEY', disguise);
		assert.throws(() => assertClean('plant', planted, [text]), /holds a (key|part)/);
	}
	const given = await served.ask('GET', '/api/keys/gpt-4o');
	assert.ok(given.text.includes(text));
	assertClean('the rest of a hand-out', seenOf(given), [text]);
	assert.throws(() => assertClean('a hand-out', given.text, [text]));
	await served.ask('POST', '/api/keys/gpt-4o/usage', {body: {leaseId, hash}});
});
