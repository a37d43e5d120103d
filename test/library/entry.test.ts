import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {dirname, join, resolve} from 'node:path';
import {describe, test} from 'node:test';
import {packageRoot, runScript} from '../helpers/binary.ts';
import {createProject} from '../helpers/project.ts';
import {install, runProgram} from './programs.ts';

const entry = join(packageRoot, 'dist/source/index.js');

/** Files and packages that are loaded with the entry, at once or later; the service comes only with a start of it. */
async function graph(): Promise<{readonly files: ReadonlyMap<string, string>; readonly packages: ReadonlySet<string>}> {
	const files = new Map<string, string>();
	const packages = new Set<string>();
	const waiting = [entry];
	for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
		if (files.has(file) || file.endsWith('.json')) continue;
		const text = await readFile(file, 'utf8');
		files.set(file, text);
		for (const [, name = ''] of text.matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)) {
			if (name.endsWith('/service/service.js')) continue;
			if (name.startsWith('.')) waiting.push(resolve(dirname(file), name));
			else if (/^@?[a-z][\w./-]*$/.test(name)) packages.add(name);
		}
	}
	return {files, packages};
}

describe('the entry of the library', () => {
	test('loads no terminal, no page and no command', async () => {
		const {files, packages} = await graph();
		assert.ok(files.size > 50, 'the walk found the engine');
		assert.deepEqual([...packages].toSorted(), ['ioredis', 'string-width', 'undici', 'zod']);
		for (const [file, text] of files) {
			assert.doesNotMatch(file, /\/(?:components|source\/(?:cli|service|simulator))\//);
			assert.doesNotMatch(text, /process\.std(?:in|out|err)|node:(?:readline|tty)/, file);
		}
	});

	test('waits for nothing at the top of a module', async () => {
		for (const [file, text] of (await graph()).files) assert.doesNotMatch(text, /^(?:\S.*\b)?await\b/m, file);
		const required = createRequire(import.meta.url)(entry) as Record<string, unknown>;
		assert.equal(typeof required.createEngine, 'function');
	});

	test('starts nothing when it is imported', async (context) => {
		const project = await createProject(context, [{name: 'OPENAI_API_KEY', vendor: 'openai'}]);
		await install(project);
		const program = `import {createEngine, APIKeyManager} from 'keydeck';
			const handles = process.getActiveResourcesInfo().filter((name) => !/^(TTY|Pipe|CloseReq|FS)/.test(name));
			process.on('exit', () => console.log(JSON.stringify([typeof createEngine, handles])));`;
		const {code, stdout, stderr} = await runProgram(project, 'idle.mjs', program);
		assert.deepEqual([code, stderr, JSON.parse(stdout)], [0, '', ['function', []]]);
	});
});

const classes = {
	'api-key-manager': 'APIKeyManager',
	'api-key-rotator': 'APIKeyRotator',
	'api-health-monitor': 'APIHealthMonitor',
	'setup-api-keys': 'SetupAPIKeys',
};

describe('each original name', () => {
	for (const [name, className] of Object.entries(classes)) {
		test(`${name} is its class, however it is loaded`, async (context) => {
			const project = await createProject(context, []);
			await install(project);
			const program = `import byDefault, {${className} as named} from 'keydeck/${name}';
				import {createRequire} from 'node:module';
				const required = createRequire(import.meta.url)('keydeck/${name}');
				const beside = createRequire(import.meta.url)(${JSON.stringify(join(packageRoot, 'cli', name))});
				console.log(named.name, new Set([byDefault, named, required, beside]).size, new required() instanceof named);`;
			const {stdout, stderr} = await runProgram(project, 'load.mjs', program);
			assert.deepEqual([stdout, stderr], [`${className} 1 true\n`, '']);
		});

		test(`cli/${name}.js still runs its commands`, async () => {
			const script = join(packageRoot, 'cli', `${name}.js`);
			const {code, stderr} = await runScript(name === 'setup-api-keys' ? [] : ['nonsense'], {script});
			assert.equal(code, 2);
			assert.match(stderr, name === 'setup-api-keys' ? /setup/ : /^usage: node cli\//);
		});
	}
});
