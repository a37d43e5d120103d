import assert from 'node:assert/strict';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {suite, type TestContext, test} from 'node:test';
import {runScript} from '../helpers/binary.ts';
import {createProject, type Project} from '../helpers/project.ts';
import {startService} from '../helpers/running-service.ts';

/** A project whose files are yet to be written, with the default places for state and configuration. */
async function createEmpty(context: TestContext): Promise<Project> {
	const project = await createProject(context, [{name: 'OPENAI_API_KEY', vendor: 'openai'}]);
	await rm(join(project.folder, '.env'));
	const {KEYDECK_HOME: _, ...env} = project.env;
	const places = {XDG_STATE_HOME: join(project.folder, 'state'), XDG_CONFIG_HOME: join(project.folder, 'config')};
	return {...project, env: {...env, ...places}};
}

const lineOf = (project: Project): string => `OPENAI_API_KEY=${project.texts.get('OPENAI_API_KEY')}\n`;

suite('a service started where nothing is configured', {concurrency: 3}, () => {
	test('leaves a file that makes its folder a project of its own, and says what to do', async (t) => {
		const project = await createEmpty(t);
		const service = await startService(t, project);
		await project.write('.env', lineOf(project));
		const {level, msg} = await service.line(({event}) => event === 'config.refused');
		assert.equal(level, 'error');
		assert.match(
			msg,
			/\/keydeck-project-\w+ is a project of its own now, and this keydeck serves \S+\/config\/keydeck:/,
		);
		assert.match(msg, /end it and start it again/);
		const answer = await service.ask('/api/keys/status');
		assert.deepEqual(((await answer.json()) as {providers: object}).providers, {});
	});

	test('takes up what the user’s own configuration folder says', async (t) => {
		const project = await createEmpty(t);
		const service = await startService(t, project);
		await project.write('config/keydeck/.env', lineOf(project));
		await service.line(({event}) => event === 'key.added');
		assert.equal((await service.ask('/api/keys/gpt-4o')).status, 200);
	});

	test('takes the file up where the home stays the same, and commands there find it', async (t) => {
		const empty = await createEmpty(t);
		const project = {...empty, env: {...empty.env, KEYDECK_HOME: join(empty.folder, 'home')}};
		const service = await startService(t, project);
		await project.write('.env', lineOf(project));
		await service.line(({event}) => event === 'key.added');
		const listed = await runScript(['keys', 'list'], {cwd: project.folder, env: project.env});
		assert.match(listed.stdout, /OPENAI_API_KEY /);
		assert.equal(listed.stderr, `from the running keydeck (pid ${service.child.pid})\n`);
	});
});
