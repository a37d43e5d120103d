import assert from 'node:assert/strict';
import {before, describe, test} from 'node:test';
import {type Served, serve, suiteContext} from './served.ts';

describe('a request with a part that is wrong is told in plain words what it must be', () => {
	const context = suiteContext();
	let served: Served;
	before(async () => {
		served = await serve(context, {keys: [{name: 'OPENAI_API_KEY', vendor: 'openai'}]});
	});

	const rows: readonly [string, string, string | undefined, string][] = [
		['GET', '/api/keys/gpt-4o?wait=soon', undefined, 'the query: wait must be a whole number of at most nine digits'],
		[
			'GET',
			'/api/keys/gpt-4o?strategy=best',
			undefined,
			'the query: strategy must be one of round-robin, least-used, weighted, health-based, headroom, sticky',
		],
		['GET', '/api/keys/gpt-4o?fallbck=true', undefined, 'the query does not take "fallbck"'],
		['POST', '/api/keys/gpt-4o/failure', '[]', 'the body must be a JSON object'],
		['POST', '/api/keys/gpt-4o/failure', '{"status":"429"}', 'the body: status must be a number'],
		['POST', '/api/keys/gpt-4o/failure', '{"status":429.5}', 'the body: status must be a whole number'],
		['POST', '/api/keys/gpt-4o/failure', '{"status":9999}', 'the body: status must be at most 599'],
		['POST', '/api/keys/gpt-4o/usage', '{"latencyMs":-1}', 'the body: latencyMs must be at least 0'],
		['POST', '/api/keys/gpt-4o/usage', '{"ok":"yes"}', 'the body: ok must be true or false'],
		['POST', '/api/keys/gpt-4o/usage', '{"leaseId":""}', 'the body: leaseId must be at least 1 character long'],
		['POST', '/api/keys/gpt-4o/usage', '{"hash":"a b"}', 'the body: hash has characters it cannot have'],
		['POST', '/api/keys/gpt-4o/x/disable', '{}', 'the address: keyIndex must be a whole number of at most nine digits'],
	];
	for (const [method, path, body, words] of rows) {
		test(`${method} ${path} ${body ?? ''}`, async () => {
			const answer = await served.ask(method, path, body === undefined ? {} : {body});
			assert.equal(answer.status, 400);
			assert.equal((JSON.parse(answer.text) as {error: string}).error, words);
		});
	}
});
