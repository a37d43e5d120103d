import assert from 'node:assert/strict';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {InvalidInputError, problemLine} from '../../source/errors.ts';
import {exampleScenario} from '../../source/simulator/example-scenario.ts';
import {madeUpKey} from '../../source/simulator/key-text.ts';
import {checkScenario, type Scenario} from '../../source/simulator/scenario.ts';
import {loadScenario, watchScenario} from '../../source/simulator/scenario-file.ts';
import {SimulatedClock} from '../helpers/simulated-clock.ts';

function problemsOf(scenario: unknown): readonly string[] {
	try {
		checkScenario(scenario);
		return [];
	} catch (error) {
		assert.ok(error instanceof InvalidInputError);
		return error.problems.map(problemLine);
	}
}

test('all problems of a scenario are told at once, with path, rule and value', () => {
	const scenario = {
		vendors: {
			nobody: {},
			openai: {
				condition: 'sleepy',
				latencyMs: -1,
				keys: [
					{label: 'no key'},
					{key: 'a', behaviour: {kind: 'spend-limit', until: 'soon'}},
					{key: 'b', behaviour: {kind: 'model-forbidden', models: []}},
					{key: 'c', limits: {requestsPerMinute: 1.5, requestsPerHour: 1}},
					{key: 'd', account: 'two words'},
				],
			},
			anthropic: {condition: {kind: 'flaky', share: 2}},
			gemini: {condition: {kind: 'slow'}, keys: 'all'},
		},
	};
	assert.deepEqual(problemsOf(scenario), [
		'scenario: vendors.openai.condition.kind must be one of up, overloaded, failing, slow, hanging, flaky, closing, breaking-streams, got sleepy',
		'scenario: vendors.openai.latencyMs must be at least 0, got -1',
		'scenario: vendors.openai.keys[0] must have either key or pattern, got an object',
		'scenario: vendors.openai.keys[1].behaviour.until must be a day such as 2026-12-01, got soon',
		'scenario: vendors.openai.keys[2].behaviour.models must not be empty, got a list',
		'scenario: vendors.openai.keys[3].limits.requestsPerMinute must be a whole number, got 1.5',
		'scenario: vendors.openai.keys[3].limits.requestsPerHour is not known',
		'scenario: vendors.openai.keys[4].account must be made of letters, digits, dot, dash and underscore, got two words',
		'scenario: vendors.anthropic.condition.share must be at most 1, got 2',
		'scenario: vendors.gemini.condition.delayMs must be a number',
		'scenario: vendors.gemini.keys must be an array, got all',
		'scenario: vendors.nobody is not known',
	]);
});

test('a key or label that is there twice is a problem', () => {
	const keys = [
		{key: 'same', label: 'one'},
		{key: 'same', label: 'two'},
		{pattern: 'p*', label: 'one'},
	];
	assert.deepEqual(problemsOf({vendors: {openai: {keys}}}), [
		'scenario: vendors.openai.keys[1].key is there twice',
		'scenario: vendors.openai.keys[2].label is there twice',
	]);
});

test('no problem shows a key, wherever it was put by mistake', () => {
	const key = madeUpKey('openai', Math.random);
	const scenarios = [
		{vendors: {[key]: {}}},
		{vendors: {openai: {keys: key}}},
		{vendors: {openai: {keys: [key]}}},
		{vendors: {openai: {keys: [{[key]: 1}]}}},
		{vendors: {openai: {condition: key}}},
		{vendors: {openai: {keys: [{key, account: `${key}!`}]}}},
		{vendors: {openai: {keys: [{key}, {key}]}}},
	];
	for (const scenario of scenarios) {
		const problems = problemsOf(scenario);
		assert.notEqual(problems.length, 0);
		for (const problem of problems) assert.ok(!problem.includes(key.slice(0, 20)), problem.replaceAll(key, '<key>'));
	}
});

test('the example is a valid scenario, and short names are as good as objects', () => {
	const {openai} = checkScenario(exampleScenario).vendors;
	assert.deepEqual(openai?.condition, {kind: 'up'});
	assert.deepEqual(openai?.keys[0]?.behaviour, {kind: 'revoked'});
	assert.deepEqual(JSON.parse(JSON.stringify(exampleScenario)), exampleScenario);
});

async function folder(t: TestContext): Promise<string> {
	const path = await mkdtemp(join(tmpdir(), 'keydeck-simulator-'));
	t.after(() => rm(path, {recursive: true}));
	return path;
}

test('a scenario file that is missing, no JSON or faulty is one clear error, and is left as it was', async (t) => {
	const path = join(await folder(t), 'scenario.json');
	await assert.rejects(loadScenario(path), /scenario\.json cannot be read \(ENOENT\)/);
	const key = madeUpKey('openai', Math.random);
	const text = `{"vendors": {"openai": {"keys": [{"key": "${key}" "label": 1}]}}}`;
	await writeFile(path, text);
	await assert.rejects(loadScenario(path), (error) => {
		assert.ok(error instanceof InvalidInputError);
		assert.match(error.message, /scenario\.json is not JSON/);
		assert.ok(!error.message.includes(key.slice(8, 16)));
		assert.equal(error.cause, undefined);
		return true;
	});
	assert.equal(await readFile(path, 'utf8'), text);
	await writeFile(path, '{"vendors": {"openai": {"condition": "odd"}}}');
	await assert.rejects(loadScenario(path), /scenario\.json: vendors\.openai\.condition\.kind must be one of/);
});

test('a watched scenario file is applied when it changes, and refused while it is faulty', async (t) => {
	const path = join(await folder(t), 'scenario.json');
	await writeFile(path, '{}');
	const clock = new SimulatedClock();
	const heard: (string | Scenario)[] = [];
	const watching = watchScenario(path, clock, {
		changed: (scenario) => heard.push(scenario),
		refused: (error) => heard.push(error.message),
	});
	t.after(() => watching.stop());
	await look(clock, () => false, 3);
	assert.equal(heard.length, 0);
	await writeFile(path, '{"vendors": {');
	await look(clock, () => heard.length === 1);
	assert.match(String(heard[0]), /is not JSON/);
	await writeFile(path, '{"vendors": {"openai": {"condition": "failing"}}}');
	await look(clock, () => heard.length === 2);
	assert.deepEqual(heard[1], {vendors: {openai: {condition: {kind: 'failing'}, latencyMs: 0, models: [], keys: []}}});
	watching.stop();
	await writeFile(path, '{}');
	await look(clock, () => false, 3);
	assert.equal(heard.length, 2);
});

/** Moves time by one look of the watcher at a time until it has seen what is awaited. */
async function look(clock: SimulatedClock, seen: () => boolean, most = 200): Promise<void> {
	for (let looks = 0; looks < most && !seen(); looks++) {
		await clock.advance(500);
		await new Promise((resolve) => setTimeout(resolve, 2));
	}
}
