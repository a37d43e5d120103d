import assert from 'node:assert/strict';
import {suite, test} from 'node:test';
import {comingCommands} from '../../source/cli/coming.ts';
import {commands} from '../../source/cli/commands/index.ts';
import {fixtureSnapshot} from '../helpers/snapshot-fixture.ts';
import {fixtureDeck} from './deck-fixture.ts';
import {keydeck, type Session} from './session.ts';

const run = (line: string): Promise<Session> => keydeck(line, fixtureDeck(fixtureSnapshot()));

suite('the manual', () => {
	test('lists every command with a line each, and those to come', async () => {
		const {code, stdout} = await run('--help');
		assert.equal(code, 0);
		for (const {name, summary} of commands)
			assert.match(stdout, new RegExp(`^ {2}${name}.*${summary.slice(0, 12)}`, 'm'));
		const unwrapped = stdout.replaceAll('\n', ' ');
		for (const name of Object.keys(comingCommands)) assert.match(unwrapped, new RegExp(`later releases:.*${name}`));
		assert.deepEqual(await run('-h'), await run('help'));
	});

	for (const command of commands) {
		test(`teaches ${command.name}: usage, options, two examples, exit codes`, async () => {
			const {code, stdout, stderr} = await run(`${command.name} --help`);
			assert.deepEqual([code, stderr], [0, '']);
			assert.match(stdout, new RegExp(`\nUsage\n {2}\\$ keydeck ${command.name}`));
			assert.match(stdout, /\nOptions\n(?: {2}--.*\n)+/);
			assert.match(stdout, /\nExamples\n {2}\$ keydeck.*\n {2}\$ keydeck.*\n/);
			assert.match(stdout, /\nExit codes\n {2}0 /);
			for (const [name, flag] of Object.entries(command.flags)) {
				assert.ok(stdout.includes(`--${name}`), name);
				assert.ok(flag.value === undefined || /default|same as/i.test(flag.says), `${name} tells its default`);
			}
			for (const line of stdout.split('\n')) assert.ok(line.length <= 130, line);
		});

		test(`help ${command.name} is the same as its --help`, async () => {
			assert.deepEqual(await run(`help ${command.name}`), await run(`${command.name} --help`));
		});
	}

	test('the version is that of the package', async () => {
		assert.deepEqual(await run('--version'), {code: 0, stdout: '0.0.0\n', stderr: ''});
	});
});

suite('words that are not understood', () => {
	const rows: readonly [string, RegExp][] = [
		['reprot', /^keydeck: there is no command "reprot"\. Did you mean keydeck report\?\n$/],
		['abracadabra', /^keydeck: there is no command "abracadabra": keydeck --help lists the commands\.\n$/],
		['constructor', /there is no command "constructor"/],
		['help reprot', /there is no command "reprot"\. Did you mean keydeck report\?/],
		[
			'--connect http://127.0.0.1:1 monitor --json',
			/^keydeck dashboard has no option "--json"\. If keydeck monitor was meant, write that first, then its options\.\n$/,
		],
		['test --deap', /^keydeck test has no option "--deap"\. Did you mean --deep\?\n$/],
		['test -x', /^keydeck test has no option "-x"\. See keydeck test --help\.\n$/],
		['test --constructor', /has no option "--constructor"/],
		['--jsn', /^keydeck dashboard has no option "--jsn"/],
		['report --format', /^keydeck: --format needs a value: --format NAME\. See keydeck report --help\.\n$/],
		['rotate --count 1 --count 2', /--count can only be set once/],
		['why', /^keydeck why needs <model or key>: /],
		['check everything', /^keydeck check does not take "everything"\. See keydeck check --help\.\n$/],
		['dashboard --port 80', /^keydeck: --port belongs to --serve\n$/],
		['dashboard --serve', /^keydeck: --serve needs a terminal for the dashboard\. Without one, run keydeck start\.\n$/],
		['demo --port 80', /^keydeck: --port belongs to --headless\n$/],
		['monitor --only leases,lunch', /there are no events about "lunch"\. Take some of alerts, benches, /],
		['start --log-level loud', /there is no log level "loud"\. Take trace, debug, /],
		['keys add', /^keydeck keys add comes with a later release; until then edit \.env /],
		['keys lock', /there is no keydeck keys "lock"\. Take list, disable, enable or drain\./],
		['keys disable', /^keydeck keys disable needs a key: keydeck keys list /],
		['alerts silence all --for 5', /--for must be a time like 30m, 2h or 1d, got "5"/],
		['alerts ack', /^keydeck alerts ack needs an alert: all means all that fire\.\n$/],
		['token add', /^keydeck token add needs a name: /],
		['token show me', /^keydeck token show does not take "me"\n$/],
	];
	for (const [line, words] of rows) {
		test(`are refused in one line with what to do: keydeck ${line}`, async () => {
			const {code, stdout, stderr} = await run(line);
			assert.match(stderr, words);
			assert.deepEqual([code, stdout], [2, '']);
		});
	}

	for (const name of Object.keys(comingCommands)) {
		test(`a command of a later release says so and what to do meanwhile: ${name}`, async () => {
			const {code, stderr} = await run(`${name} --any thing`);
			assert.match(stderr, new RegExp(`^keydeck ${name} comes with a later release; until then .*\n$`));
			assert.equal(code, 2);
		});
	}

	test('a key typed in the wrong place is not repeated', async () => {
		const canary = 'sk-proj-Qw7Er8Ty9Ui1Op2As3Df4Gh5Jk6Lz';
		for (const line of [
			canary,
			`test ${canary}`,
			`test --key ${canary}`,
			`check ${canary}`,
			`report --format ${canary}`,
			`test --${canary}`,
		]) {
			const {code, stderr} = await run(line);
			assert.equal(code, 2, line);
			assert.ok(!stderr.includes(canary.slice(0, 14)), stderr);
		}
	});
});
