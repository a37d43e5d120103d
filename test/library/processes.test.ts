import assert from 'node:assert/strict';
import type {ChildProcessWithoutNullStreams} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {describe, type TestContext, test} from 'node:test';
import {finished, runScript} from '../helpers/binary.ts';
import {createProject, type Project, type ProjectKey} from '../helpers/project.ts';
import {install, runProgram, startProgram} from './programs.ts';

const keys: readonly ProjectKey[] = [
	{name: 'OPENAI_API_KEY', vendor: 'openai'},
	{name: 'OPENAI_API_KEY2', vendor: 'openai'},
];

async function project(context: TestContext): Promise<Project> {
	const made = await createProject(context, keys);
	await install(made);
	return made;
}

/** Opens an engine, then takes a key and settles it for each line it is told; answers with lines. */
const worker = `import {createEngine} from 'keydeck';
import {createInterface} from 'node:readline';
const engine = await createEngine({probe: false});
console.log('open');
for await (const line of createInterface({input: process.stdin})) {
	try {
		const grant = await engine.acquire('gpt-4o');
		if (line === 'throttled') await engine.settle(grant, {status: 429, headers: {'retry-after': '60'}});
		else await engine.settle(grant);
		console.log(grant.key.label);
	} catch (error) {
		console.log(error.code);
	}
}
await engine.close();`;

/** A started worker: say a line, hear a line. */
function conversation(child: ChildProcessWithoutNullStreams) {
	const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
	const hear = async (): Promise<string> => String((await lines.next()).value);
	const ask = (line: string): Promise<string> => {
		child.stdin.write(`${line}\n`);
		return hear();
	};
	return {hear, ask};
}

describe('a program that has finished ends', {concurrency: 2}, () => {
	const programs: Readonly<Record<string, string>> = {
		'with an engine it has not closed, probing': `import {createEngine} from 'keydeck';
			const engine = await createEngine();
			await engine.acquire('gpt-4o');
			console.log('done');`,
		'with the original classes and no cleanup': `import APIKeyManager from 'keydeck/api-key-manager';
			const manager = new APIKeyManager();
			await manager.monitorHealth();
			await manager.trackUsage('gpt-4o', await manager.getKey('gpt-4o'));
			console.log('done');`,
		'after it was closed': `import {createEngine} from 'keydeck';
			const engine = await createEngine();
			await engine.withKey('gpt-4o', () => 'ok');
			await engine.close();
			console.log('done');`,
		'and a monitor after its cleanup': `import APIHealthMonitor from 'keydeck/api-health-monitor';
			const monitor = new APIHealthMonitor();
			await monitor.startMonitoring();
			setTimeout(async () => { await monitor.cleanup(); console.log('done'); }, 200);`,
	};
	for (const [how, program] of Object.entries(programs)) {
		test(how, {timeout: 15_000}, async (context) => {
			const {code, stdout, stderr} = await runProgram(await project(context), 'program.mjs', program);
			assert.deepEqual([code, stdout, stderr], [0, 'done\n', '']);
		});
	}

	test('and what it counted is there for the next one', async (context) => {
		const made = await project(context);
		await runProgram(
			made,
			'program.mjs',
			`import {createEngine} from 'keydeck';
			const engine = await createEngine({probe: false});
			await engine.settle(await engine.acquire('gpt-4o'), {status: 200});`,
		);
		const {stdout} = await runScript(['stats', '--json'], {cwd: made.folder, env: made.env});
		const {keys: rows} = JSON.parse(stdout)['gpt-4o'] as {keys: {usageCount: number}[]};
		assert.equal(
			rows.reduce((sum, {usageCount}) => sum + usageCount, 0),
			1,
		);
	});
});

/** A worker that holds the home and one that found it held. */
async function ownerAndGuest(context: TestContext) {
	const made = await project(context);
	const [owner, first] = await startWorker(context, made);
	const [guest, second] = await startWorker(context, made);
	return {owner, first, guest, second};
}

async function startWorker(context: TestContext, made: Project) {
	const child = await startProgram(made, 'worker.mjs', worker);
	context.after(() => child.kill());
	const talk = conversation(child);
	assert.equal(await talk.hear(), 'open');
	return [child, talk] as const;
}

describe('a program beside another that holds the home', () => {
	test('works with its engine, and goes on by itself when that one quits', {timeout: 30_000}, async (context) => {
		const {owner, first, guest, second} = await ownerAndGuest(context);
		const benched = await first.ask('throttled');
		const other = benched === 'OPENAI_API_KEY' ? 'OPENAI_API_KEY2' : 'OPENAI_API_KEY';
		assert.equal(await second.ask('fine'), other, 'both see one state');
		owner.stdin.end();
		await once(owner, 'exit');
		assert.equal(await second.ask('fine'), other, 'the rest goes on in the process that took over');
		assert.equal(await second.ask('throttled'), other);
		assert.equal(await second.ask('fine'), 'NO_CANDIDATE');
		const ending = finished(guest);
		guest.stdin.end();
		assert.equal((await ending).code, 0);
	});

	test('goes on when that one is killed in the middle of everything', {timeout: 30_000}, async (context) => {
		const {owner, second} = await ownerAndGuest(context);
		owner.kill('SIGKILL');
		await once(owner, 'exit');
		assert.match(await second.ask('fine'), /^OPENAI_API_KEY2?$/);
	});

	test('ends although it is attached', {timeout: 15_000}, async (context) => {
		const made = await project(context);
		const [, first] = await startWorker(context, made);
		const program = `import {createEngine} from 'keydeck';
			const engine = await createEngine();
			engine.on('*', () => undefined);
			await engine.settle(await engine.acquire('gpt-4o'));
			console.log((await engine.snapshot()).keys.reduce((sum, {usedThisMinute}) => sum + usedThisMinute, 0));`;
		const {code, stdout, stderr} = await runProgram(made, 'program.mjs', program);
		assert.deepEqual([code, stdout, stderr], [0, '1\n', '']);
		assert.match(await first.ask('fine'), /^OPENAI_API_KEY2?$/);
	});
});
