import assert from 'node:assert/strict';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {suite, type TestContext, test} from 'node:test';
import {setTimeout} from 'node:timers/promises';
import {emptyFolder, finished, firstWords, runScript, startScript} from '../helpers/binary.ts';

const good = `sk-proj-good-${'aB3'.repeat(12)}`;
const revoked = `sk-proj-revoked-${'cD4'.repeat(12)}`;
const scenario = (condition: string) => ({
	vendors: {
		openai: {
			condition,
			keys: [
				{pattern: '*revoked*', label: 'revoked', behaviour: 'revoked'},
				{pattern: '*', label: 'good'},
			],
		},
	},
});

/** A project with two keys in its `.env`, and vendors simulated for it. */
async function project(context: TestContext, condition: string): Promise<string> {
	const cwd = await emptyFolder(context);
	await writeFile(join(cwd, 'scenario.json'), JSON.stringify(scenario(condition)));
	const vendors = startScript(['simulate', '--scenario', 'scenario.json'], {cwd});
	const ended = finished(vendors);
	context.after(async () => {
		vendors.kill();
		await ended;
	});
	const urls = await firstWords(vendors, 'stdout');
	await writeFile(join(cwd, '.env'), `${urls}OPENAI_API_KEY=${good}\nOPENAI_API_KEY2=${revoked}\n`, {mode: 0o600});
	return cwd;
}

/** Resolves when the simulated OpenAI has been asked. */
async function askedOnce(cwd: string): Promise<void> {
	const [url = ''] = /http.*/.exec(await readFile(join(cwd, '.env'), 'utf8')) ?? [];
	for (;;) {
		const answer = await fetch(new URL('/__simulator', url));
		const {counts} = (await answer.json()) as {readonly counts: {readonly requests: number}};
		if (counts.requests > 0) return;
		await setTimeout(20);
	}
}

suite('the binary over a real engine and simulated vendors', {concurrency: 2, timeout: 30_000}, () => {
	test('tests, reports and explains keys, and never prints one', async (context) => {
		const cwd = await project(context, 'up');
		const tested = await runScript(['test', '--json'], {cwd});
		assert.equal(tested.code, 1, tested.stderr);
		const {results} = JSON.parse(tested.stdout);
		assert.partialDeepStrictEqual(results, [
			{label: 'OPENAI_API_KEY', ok: true, verdict: 'ok', proof: 'key', status: 200},
			{label: 'OPENAI_API_KEY2', ok: false, verdict: 'rejected', state: 'invalid', proof: 'none', status: 401},
		]);
		const deep = await runScript(['test', 'gpt-4o', '--key', '0', '--deep', '--yes', '--json'], {cwd});
		assert.equal(deep.code, 0, deep.stderr);
		assert.partialDeepStrictEqual(JSON.parse(deep.stdout).results, [{label: 'OPENAI_API_KEY', proof: 'call'}]);
		const report = await runScript(['report', '--json'], {cwd});
		assert.partialDeepStrictEqual(JSON.parse(report.stdout).providers['gpt-4o'].keys, [
			{label: 'OPENAI_API_KEY', health: true, proof: 'call'},
			{label: 'OPENAI_API_KEY2', health: false, state: 'invalid'},
		]);
		const why = await runScript(['why', 'OPENAI_API_KEY2'], {cwd});
		assert.match(why.stdout, /^✗ OPENAI_API_KEY2 invalid\nWHY {4}Refused at /);
		const printed = [tested, deep, report, why].map(({stdout, stderr}) => stdout + stderr).join('');
		for (const key of [good, revoked]) assert.ok(!printed.includes(key.slice(0, 11)));
	});

	test('Ctrl-C ends a test that waits for a vendor, prints no answer and exits 130', async (context) => {
		const cwd = await project(context, 'hanging');
		const child = startScript(['test'], {cwd});
		const ending = finished(child);
		await askedOnce(cwd);
		child.kill('SIGINT');
		const {code, stdout, stderr} = await ending;
		assert.deepEqual([code, stdout, stderr], [130, '', '']);
	});
});
