import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {suite, type TestContext, test} from 'node:test';
import {emptyFolder, finished, packageRoot, runScript, startScript} from '../helpers/binary.ts';
import {RealTerminal} from '../helpers/real-terminal.ts';
import {evil, hostileOwner, hostileService} from './hostile-peer.ts';

type Printed = {readonly stdout: string; readonly stderr: string};

/** Nothing that steers a terminal, nothing invisible, and no line that was not ours. */
function assertHarmless({stdout, stderr}: Printed, what: string): void {
	const printed = (stdout + stderr).replaceAll('\r\n', '\n');
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
	const found = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/.exec(printed);
	assert.equal(
		found,
		null,
		`${what}: ${JSON.stringify(printed.slice(Math.max(0, (found?.index ?? 0) - 60)).slice(0, 120))}`,
	);
	assert.doesNotMatch(printed, /^FORGED/m, what);
}

/** Runs a command that goes on until it has printed this many lines. */
async function followed(context: TestContext, args: readonly string[], lines: number): Promise<Printed> {
	const child = startScript(args);
	context.after(() => child.kill('SIGKILL'));
	const ending = finished(child);
	let seen = 0;
	child.stdout.on('data', (text) => {
		seen += String(text).split('\n').length - 1;
		if (seen >= lines) child.kill('SIGINT');
	});
	return ending;
}

/** A project whose engine runs elsewhere and says what it likes. */
async function ownedProject(context: TestContext, extent: 'texts' | 'every string and number') {
	const folder = await emptyFolder(context);
	await writeFile(join(folder, '.env'), 'OPENAI_API_KEY=sk-proj-0123456789abcdef0123\n', {mode: 0o600});
	const home = join(folder, 'home');
	await hostileOwner(context, home, {extent, root: folder});
	return {cwd: folder, env: {KEYDECK_HOME: home}};
}

suite('text from elsewhere does not steer a terminal', {concurrency: 2, timeout: 60_000}, () => {
	for (const extent of ['texts', 'every string', 'every string and number'] as const) {
		test(`from a service that --connect names, with evil in ${extent}`, async (context) => {
			const url = await hostileService(context, extent);
			const summary = await runScript(['--connect', url]);
			assertHarmless(summary, 'summary');
			if (extent === 'texts') assert.match(summary.stdout, /No key of openai can serve\.evil FORGED/);
		});
	}

	test('nor do its events, as lines and as JSON', async (context) => {
		const url = await hostileService(context, 'texts');
		const lines = await followed(context, ['monitor', '--connect', url], 16);
		assertHarmless(lines, 'monitor');
		assert.match(lines.stdout, /acmeevil FORGED rests/);
		const json = await followed(context, ['monitor', '--connect', url, '--json'], 16);
		assertHarmless(json, 'monitor --json');
		const told = json.stdout
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line));
		assert.ok(
			told.some(({label}) => label === `acme${evil}`),
			'machines get it whole',
		);
	});

	test('nor do the words it refuses with', async (context) => {
		const refused = await runScript(['--connect', await hostileService(context, 'refused')]);
		assertHarmless(refused, 'refusal');
		assert.equal(refused.code, 3);
		assert.match(refused.stderr, /refuses: noevil FORGED/);
	});

	test('nor does what the engine of this project has read in a store that others write', async (context) => {
		const place = await ownedProject(context, 'texts');
		const commands = [
			'status|status --json|summary|summary --line|summary --json|report|report --format csv|report --format markdown',
			'report --json|alerts list|alerts list --json|alerts ack all|keys list|keys list --json|stats|chains',
			`why gpt-4o|why CHATTY${evil}|rotate gpt-4o --count 2|test`,
		];
		for (const line of commands.join('|').split('|')) {
			const {code, ...printed} = await runScript(line.split(' '), place);
			assertHarmless(printed, line);
			assert.notEqual(code, 70, `${line}: ${printed.stderr}`);
			assert.match(printed.stdout + printed.stderr, /evil/, `${line} says what it was told`);
		}
	});

	test('nor when figures are no figures', async (context) => {
		const place = await ownedProject(context, 'every string and number');
		for (const line of ['status', 'summary', 'report']) assertHarmless(await runScript([line], place), line);
	});

	test('nor on a terminal with colours, nor in the dashboard', async (context) => {
		const {cwd, env} = await ownedProject(context, 'texts');
		const keydeck = join(packageRoot, 'bin/keydeck.js');
		const status = new RealTerminal(context, [keydeck, 'status'], env, cwd);
		await status.exited;
		const dashboard = new RealTerminal(
			context,
			[keydeck, '--connect', await hostileService(context, 'texts')],
			{},
			cwd,
		);
		await dashboard.waitFor(/CHATTY/);
		for (const pane of ['2', '3', '4']) dashboard.process.write(pane);
		await dashboard.waitFor(/No key of openai can serve/);
		dashboard.process.write('q');
		assert.equal(await dashboard.exited, 0);
		for (const {raw} of [status, dashboard]) {
			// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
			assert.doesNotMatch(raw, /PWN|[\u0080-\u009f\u202e]|\u001b\[8m/);
			assert.match(raw, /evil/);
		}
	});
});
