import assert from 'node:assert/strict';
import {readFileSync, rmSync, truncateSync} from 'node:fs';
import {join} from 'node:path';
import {suite, test} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {openDeck} from '../../source/opening/open-deck.ts';
import {firstWords, runScript, startScript} from '../helpers/binary.ts';
import {createProject, type Project} from '../helpers/project.ts';

const run = (project: Project, ...args: string[]) => runScript(args, {cwd: project.folder, env: project.env});

/** States of the keys as the report has them. */
async function states(project: Project): Promise<readonly unknown[]> {
	const {stdout} = await run(project, 'report', '--json');
	const {providers} = JSON.parse(stdout) as {providers: Record<string, {keys: {label: string; state: string}[]}>};
	return Object.values(providers).flatMap(({keys}) => keys.map(({label, state}) => `${label} ${state}`));
}

suite('a backup', () => {
	test('holds no key and no pepper, and brings a home back that was lost, with its pepper', async (t) => {
		const project = await createProject(t, [
			{name: 'OPENAI_API_KEY', vendor: 'openai'},
			{name: 'OPENAI_API_KEY2', vendor: 'openai', behaviour: 'revoked'},
		]);
		await run(project, 'test');
		const before = await states(project);
		assert.ok(before.includes('OPENAI_API_KEY2 invalid'), before.join());
		const backup = await run(project, 'backup', 'monday.backup', '--json');
		assert.equal(backup.code, 0, backup.stderr);
		assert.equal((JSON.parse(backup.stdout) as {from: string}).from, 'store');
		const bytes = readFileSync(join(project.folder, 'monday.backup'), 'latin1');
		const pepper = readFileSync(join(project.folder, 'home', 'pepper'), 'utf8').trim();
		for (const secret of [pepper, ...project.texts.values()]) assert.ok(!bytes.includes(secret.slice(0, 20)));
		assert.equal((await run(project, 'backup', 'monday.backup')).code, 2, 'nothing is replaced');

		rmSync(join(project.folder, 'home'), {recursive: true});
		const strange = await run(project, 'restore', 'monday.backup');
		assert.equal(strange.code, 2);
		assert.match(strange.stderr, /written with another pepper.*put the old pepper back/);
		const env = {...project.env, KEYDECK_PEPPER: pepper};
		const restored = await runScript(['restore', 'monday.backup'], {cwd: project.folder, env});
		assert.deepEqual([restored.code, restored.stderr], [0, '']);
		assert.deepEqual(await states({...project, env}), before);
	});

	test('is not restored over a running keydeck', async (t) => {
		const project = await createProject(t, [{name: 'OPENAI_API_KEY', vendor: 'openai'}]);
		await run(project, 'test');
		await run(project, 'backup', 'a.backup');
		const script = new URL('../cli/doctor/holder-process.js', import.meta.url).pathname;
		const holder = startScript([], {script, cwd: project.folder, env: project.env});
		t.after(() => holder.kill('SIGKILL'));
		await firstWords(holder, 'stdout');
		const {code, stderr} = await run(project, 'restore', 'a.backup');
		assert.equal(code, 2);
		assert.match(stderr, /another keydeck process holds/);
	});
});

test('a store that was mended at the start is said on stderr and stands among the notes of the dashboard', async (t) => {
	const project = await createProject(t, [{name: 'OPENAI_API_KEY', vendor: 'openai'}]);
	await run(project, 'test');
	truncateSync(join(project.folder, 'home', 'keydeck.sqlite'), 5000);
	const deck = await openDeck({
		cwd: project.folder,
		env: {...project.env, HOME: project.folder},
		clock: systemClock,
		version: '0.0.0',
		flags: {},
		background: true,
	});
	t.after(() => deck.close());
	assert.match(deck.notes.join(), /was damaged/);
	assert.match(deck.deck.snapshot().notes.join(), /was damaged/);
});
