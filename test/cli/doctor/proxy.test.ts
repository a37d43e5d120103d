import assert from 'node:assert/strict';
import {test} from 'node:test';
import {machineChecks} from '../../../source/cli/doctor/machine-checks.ts';
import {proxyFor} from '../../../source/cli/doctor/proxy.ts';

const rows: readonly [string, Record<string, string>, string | undefined][] = [
	['https://api.openai.com/v1', {}, undefined],
	['https://api.openai.com/v1', {HTTPS_PROXY: 'http://proxy:3128'}, 'proxy:3128'],
	['https://api.openai.com/v1', {https_proxy: 'http://small:1', HTTPS_PROXY: 'http://big:1'}, 'small:1'],
	['http://api.openai.com/v1', {HTTPS_PROXY: 'http://proxy:3128'}, undefined],
	['http://10.1.2.3:8000/v1', {HTTP_PROXY: 'http://proxy:3128'}, 'proxy:3128'],
	['https://api.openai.com/v1', {HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '*'}, undefined],
	['https://api.openai.com/v1', {HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'localhost, .openai.com'}, undefined],
	['https://api.openai.com/v1', {HTTPS_PROXY: 'http://proxy:3128', no_proxy: 'openai.com:443'}, undefined],
	['https://api.openai.com/v1', {HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'openai.com:8443'}, 'proxy:3128'],
	['https://notopenai.com/v1', {HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'openai.com'}, 'proxy:3128'],
];

for (const [url, env, via] of rows) {
	test(`${url} with ${JSON.stringify(env)} goes ${via === undefined ? 'straight' : `through ${via}`}`, () => {
		assert.equal(proxyFor(new URL(url), env)?.host, via);
	});
}

test('a clock that is off is a warning from half a minute, a problem from five, by the middle of the vendors', () => {
	const verdict = (...skewsMs: number[]) => machineChecks('/', skewsMs).find(({name}) => name === 'clock')?.verdict;
	assert.deepEqual(
		[verdict(), verdict(900, -900), verdict(31_000), verdict(-301_000), verdict(900, 400_000, 800)],
		['skipped', 'ok', 'warning', 'problem', 'ok'],
	);
});
