import assert from 'node:assert/strict';
import {before, describe, test} from 'node:test';
import {until} from '../helpers/engine.ts';
import {faultsOf, resolved} from './json-schema.ts';
import {assertErrorBody} from './refusals.ts';
import {examples, routesIn} from './route-examples.ts';
import {type Answer, type Json, LeapingClock, type Served, serve, suiteContext} from './served.ts';

describe('the contract of the service', () => {
	const context = suiteContext();
	const clock = new LeapingClock();
	let served: Served;
	let description: Json;
	before(async () => {
		served = await serve(context, {
			clock,
			live: true,
			keys: [
				{name: 'OPENAI_API_KEY', vendor: 'openai'},
				{name: 'OPENAI_API_KEY2', vendor: 'openai'},
				{name: 'CLAUDE_API_KEY', vendor: 'anthropic', behaviour: 'revoked'},
				{name: 'GEMINI_API_KEY', vendor: 'gemini', behaviour: 'no-credit'},
			],
		});
		description = (await served.ask('GET', '/openapi.json')).json();
		await served.engine.test({});
		// A dead key becomes an alert after it has been seen to.
		await until(() => served.engine.snapshot().alerts.some(({state}) => state === 'firing'));
		const {leaseId} = await served.take('/api/keys/gpt-4o');
		await served.ask('POST', '/api/keys/gpt-4o/usage', {
			body: {leaseId, latencyMs: 120, tokens: {input: 5, output: 7}},
		});
	});

	/** Fails unless the status is documented for the route and the body is of its form. */
	const assertDocumented = (route: string, answer: Answer): void => {
		const [method = '', path = ''] = route.split(' ');
		const documented = description.paths[path][method.toLowerCase()].responses[answer.status];
		assert.ok(documented !== undefined, `${route}: ${answer.status} is not documented: ${answer.text.slice(0, 200)}`);
		const schema = documented.content?.['application/json']?.schema;
		if (answer.status !== 200) assertErrorBody(answer.text, route);
		if (schema !== undefined) assert.deepEqual(faultsOf(answer.json(), schema, description), [], route);
	};

	test('the description is OpenAPI 3.1 and every reference in it leads somewhere', () => {
		assert.match(description.openapi, /^3\.1\.\d+$/);
		assert.equal(typeof description.info.title, 'string');
		assert.equal(typeof description.info.version, 'string');
		for (const [, ref = ''] of JSON.stringify(description).matchAll(/"\$ref":"([^"]+)"/g)) resolved(ref, description);
		assert.ok(!JSON.stringify(description).includes('$defs'));
		for (const [path, methods] of Object.entries<Json>(description.paths)) {
			assert.match(path, /^\/[\w./{}-]*$/);
			for (const [method, operation] of Object.entries<Json>(methods)) assertOperation(path, method, operation);
		}
	});

	const assertOperation = (path: string, method: string, operation: Json): void => {
		const where = `${method} ${path}`;
		assert.match(operation.summary, /^[A-Z].{5,}$/, where);
		const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
		const inPath = operation.parameters.filter((each: Json) => each.in === 'path');
		assert.deepEqual(inPath.map((each: Json) => each.name).sort(), named.sort(), where);
		for (const each of operation.parameters) assert.equal(each.required === true || each.in === 'query', true, where);
		for (const [status, response] of Object.entries<Json>(operation.responses)) {
			assert.match(status, /^[2345]\d\d$/, where);
			assert.equal(typeof response.description, 'string', where);
		}
		for (const requirement of operation.security) {
			for (const scheme of Object.keys(requirement)) assert.ok(scheme in description.components.securitySchemes, where);
		}
	};

	test('the good answer of every route has the form that is documented', async () => {
		const [alert] = (await served.ask('GET', '/api/health/alerts')).json();
		const {hash} = await served.take('/api/keys/gpt-4o');
		for (const route of routesIn(description)) {
			const example = examples[route];
			assert.ok(example !== undefined, route);
			const path = example.path.replace(':alert', encodeURIComponent(alert.id));
			const body = JSON.stringify(example.body)?.replace(':hash', hash);
			const answer = await served.ask(example.method, path, {body});
			assertDocumented(route, answer);
			const isPage = /^GET \/(?:page\.\w+)?$/.test(route);
			assert.ok(answer.status === 200 || isPage, `${route}: ${answer.status} ${answer.text}`);
			if (!isPage) assert.equal(answer.headers.get('cache-control'), 'no-store', route);
			await served.ask('POST', '/api/keys/gpt-4o/1/enable');
		}
	});

	test('every wrong request to every route has an answer that is documented', async () => {
		for (const route of routesIn(description)) {
			const example = examples[route];
			assert.ok(example !== undefined, route);
			const {method, path, body} = example;
			const wrong = [
				{token: ''},
				{path: path.replace('gpt-4o', 'no-such-model').replace(':alert', 'nothing')},
				{path: path.replace('gpt-4o', '%20%20')},
				{path: path.replace(/\/[01](?=\/|$)/, '/99')},
				{path: path.replace(/\/[01](?=\/|$)/, '/x')},
				{path: `${path}${path.includes('?') ? '&' : '?'}strategy=best&hours=x`},
				...(body === undefined
					? []
					: [{body: '{'}, {body: '[]'}, {body: '"x"'}, {body: 'null'}, {body: {}}, {body: {leaseId: 5}}]),
				...(body === undefined ? [] : [{body: {hash: 'ffffffff'}}, {body: {leaseId: 'nothing'}}]),
				...(body === undefined ? [] : [{body: `{"x":"${'y'.repeat(1024 * 1024)}"}`}]),
				...(body === undefined
					? []
					: [{headers: {'content-type': 'text/plain'}}, {headers: {'content-type': 'application/xml'}}]),
			];
			for (const fault of wrong) {
				const asked = {body, ...fault};
				const at = 'path' in fault ? fault.path : path;
				assertDocumented(route, await served.ask(method, at.replace(':alert', 'nothing'), asked));
			}
		}
	});

	test('clients of the original find what they read', async () => {
		const status = (await served.ask('GET', '/api/keys/status', {token: ''})).json();
		for (const model of ['claude-3-opus', 'gpt-4o', 'gemini-pro']) {
			const {name, keyCount, keys} = status.providers[model];
			assert.equal(typeof name, 'string');
			assert.equal(keyCount, keys.length);
			for (const key of keys) {
				assert.match(key.hash, /^[0-9a-f]{8}$/);
				assert.ok([true, false, 'unknown'].includes(key.health));
				assert.ok(key.lastCheck === null || !Number.isNaN(Date.parse(key.lastCheck)));
				assert.equal(typeof key.usage, 'number');
				assert.ok(key.error === null || typeof key.error === 'string');
			}
		}
		assert.equal(status.providers['claude-3-opus'].keys[0].health, false);
		const summary = (await served.ask('GET', '/api/health/summary', {token: ''})).json();
		const [key] = summary.providers['gpt-4o'].keys;
		assert.ok(['healthy', 'unhealthy', 'unknown'].includes(key.status));
		assert.equal(typeof key.metrics.avgLatency, 'number');
		assert.equal(typeof key.metrics.successCount, 'number');
		assert.equal(typeof key.metrics.failureCount, 'number');
		assert.ok(key.metrics.successRate > 0 && key.metrics.successRate <= 1);
		assert.ok(summary.alerts.length > 0 && summary.alerts.length <= 10);
		const alerts = (await served.ask('GET', '/api/health/alerts', {token: ''})).json();
		assert.ok(Array.isArray(alerts) && alerts.length <= 50);
		for (const alert of alerts) {
			assert.ok(['critical', 'high', 'medium', 'low'].includes(alert.severity));
			assert.equal(typeof alert.message, 'string');
		}
		const {current, history} = (await served.ask('GET', '/api/health/gpt-4o/0', {token: ''})).json();
		assert.ok(['healthy', 'unhealthy', 'unknown'].includes(current.status));
		assert.equal(typeof current.latency, 'number');
		assert.ok(history.length >= 1 && history.length <= 50);
		assert.ok(
			history.every((each: Json, place: number) => place === 0 || each.timestamp <= history[place - 1].timestamp),
		);
		const {key: text, model} = await served.take('/api/keys/gpt-4o');
		assert.ok([...served.project.texts.values()].includes(text));
		assert.equal(model, 'gpt-4o');
	});

	test('both ports serve every route', async () => {
		for (const base of served.urls) {
			for (const path of [
				'/api/keys/status',
				'/api/health/summary',
				'/metrics',
				'/healthz',
				'/readyz',
				'/api/keys/gpt-4o',
			]) {
				assert.equal((await served.ask('GET', path, {base})).status, 200, path);
			}
		}
	});

	test('a model without a key, an unknown one and one that rests are told apart', async () => {
		const rows: readonly [string, number, string][] = [
			['/api/keys/no-such-model', 404, 'UNKNOWN_MODEL'],
			['/api/keys/deepseek-coder', 503, 'NO_KEY'],
			['/api/keys/claude-3-opus', 503, 'NO_CANDIDATE'],
			['/api/keys/gpt-4o?tokens=x', 400, 'BAD_REQUEST'],
		];
		for (const [path, status, code] of rows) {
			const answer = await served.ask('GET', path);
			assert.equal(answer.status, status, path);
			assert.equal(answer.json().code, code, path);
			assert.equal(answer.headers.get('retry-after'), null);
		}
		const none = await served.ask('GET', '/api/keys/gpt-4o', {token: ''});
		assert.equal(none.status, 401);
		assert.equal(none.headers.get('www-authenticate'), 'Bearer');
		for (let taken = await served.ask('GET', '/api/keys/gpt-4o'); taken.status === 200; ) {
			const {leaseId} = taken.json();
			const headers = {'retry-after': '30'};
			taken = await served.ask('POST', '/api/keys/gpt-4o/failure', {body: {leaseId, status: 429, headers}});
		}
		const resting = await served.ask('GET', '/api/keys/gpt-4o');
		assert.equal(resting.status, 429);
		const {retryAt, skipped} = resting.json();
		const waitS = Number(resting.headers.get('retry-after'));
		assert.ok(waitS > 20 && waitS <= 31, String(waitS));
		assert.ok(Math.abs(Date.parse(retryAt) - Date.now() - waitS * 1000) < 3000);
		assert.equal(skipped.length, 2);
		assert.equal(served.failures.length, 0, served.failures.join());
	});
});
