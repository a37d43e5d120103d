import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {suite, test} from 'node:test';
import {commands} from '../source/cli/commands/index.ts';
import {variables} from '../source/config/environment.ts';
import {packageRoot} from './helpers/binary.ts';
import {parseUnit, parseYaml} from './helpers/example-files.ts';

const read = (file: string): string => readFileSync(join(packageRoot, 'examples', file), 'utf8');
const known: readonly string[] = Object.values(variables);

/** A command line as an example has it: the command exists, and so do its options. */
function assertCommand(words: readonly string[]): void {
	const [name, ...rest] = words.slice(words.findIndex((word) => word.endsWith('keydeck.js')) + 1);
	const command = commands.find((each) => each.name === name);
	assert.ok(command, `there is keydeck ${name}`);
	const flags = rest.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
	for (const flag of flags) assert.ok(Object.hasOwn(command.flags, flag), `keydeck ${name} has --${flag}`);
}

suite('examples/systemd/keydeck.service', () => {
	const unit = parseUnit(read('systemd/keydeck.service'));
	const service = unit.get('Service') ?? new Map<string, string[]>();
	const last = (name: string): string | undefined => service.get(name)?.at(-1);

	test('names a command, options and variables that exist', () => {
		assertCommand(last('ExecStart')?.split(' ') ?? []);
		for (const line of service.get('Environment') ?? []) assert.ok(known.includes(line.split('=')[0] ?? ''), line);
	});

	test('runs as its own user, sees little, keeps its state and has time to stop', () => {
		const expected: Readonly<Record<string, string>> = {
			User: 'keydeck',
			NoNewPrivileges: 'yes',
			ProtectSystem: 'strict',
			ProtectHome: 'yes',
			PrivateTmp: 'yes',
			CapabilityBoundingSet: '',
			StateDirectory: 'keydeck',
			StateDirectoryMode: '0700',
			Restart: 'on-failure',
			RestartPreventExitStatus: '2',
		};
		for (const [name, value] of Object.entries(expected)) assert.equal(last(name), value, name);
		assert.ok(Number(last('TimeoutStopSec')) > 5);
		assert.ok(service.get('Environment')?.includes('KEYDECK_HOME=/var/lib/keydeck'));
		assert.ok(service.has('EnvironmentFile'));
		assert.equal(last('ExecReload'), '/bin/kill -HUP $MAINPID');
	});
});

suite('examples/compose/compose.yaml', () => {
	type Service = {
		readonly command: string[];
		readonly environment: Record<string, string>;
		readonly ports: string[];
		readonly volumes: string[];
		readonly healthcheck: {readonly test: string[]};
		readonly stop_grace_period: string;
		readonly [name: string]: unknown;
	};
	const compose = parseYaml(read('compose/compose.yaml')) as {
		readonly services: {readonly keydeck: Service};
		readonly volumes: Record<string, unknown>;
	};
	const {keydeck} = compose.services;

	test('names a command, options and variables that exist', () => {
		assertCommand(keydeck.command);
		for (const name of Object.keys(keydeck.environment)) assert.ok(known.includes(name), name);
	});

	test('is published on this machine only, with names allowed, and writes to its volume only', () => {
		assert.deepEqual(keydeck.ports, ['127.0.0.1:3001:3001', '127.0.0.1:3002:3002']);
		assert.ok(keydeck.command.join(' ').includes('--host 0.0.0.0'));
		assert.ok(keydeck.environment.KEYDECK_ALLOWED_HOSTS);
		assert.equal(keydeck.read_only, true);
		const writable = keydeck.volumes.filter((volume) => !volume.endsWith(':ro')).map((volume) => volume.split(':'));
		assert.deepEqual(
			Object.keys(compose.volumes),
			writable.map(([name]) => name),
		);
		for (const [, path] of writable) assert.ok(keydeck.environment.KEYDECK_HOME?.startsWith(`${path}/`));
	});

	test('asks /healthz whether it is well, and has time to stop', () => {
		assert.match(keydeck.healthcheck.test.join(' '), /fetch\('http:\/\/127\.0\.0\.1:3002\/healthz'\)/);
		assert.ok(Number.parseInt(keydeck.stop_grace_period, 10) > 5);
	});
});
