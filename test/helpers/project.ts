import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import type {TestContext} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {madeUpKey} from '../../source/simulator/key-text.ts';
import type {Scenario} from '../../source/simulator/scenario.ts';
import {type Simulator, startSimulator} from '../../source/simulator/simulator.ts';
import type {VendorName} from '../../source/simulator/vendor-name.ts';

type Behaviour = NonNullable<NonNullable<NonNullable<Scenario['vendors']>[VendorName]>['keys']>[number]['behaviour'];

/** One key of a test project: its variable, vendor and how it fares. */
export type ProjectKey = {
	readonly name: string;
	readonly vendor: VendorName;
	readonly behaviour?: Behaviour;
	readonly account?: string;
	/** @default made up in the vendor's shape */
	readonly text?: string;
};

/** A folder with a `.env`, and vendors on localhost that know its keys. */
export type Project = {
	readonly folder: string;
	readonly simulator: Simulator;
	/** Full text of each key by variable; never print it. */
	readonly texts: ReadonlyMap<string, string>;
	/** For a process of keydeck: base URLs and a home of its own. */
	readonly env: Readonly<Record<string, string>>;
	readonly write: (file: string, text: string) => Promise<void>;
};

/** Makes a project that goes away with the test. */
export async function createProject(context: TestContext, keys: readonly ProjectKey[]): Promise<Project> {
	const folder = await mkdtemp(join(tmpdir(), 'keydeck-project-'));
	const texts = new Map(keys.map(({name, vendor, text}) => [name, text ?? madeUpKey(vendor, Math.random)]));
	const simulator = await startSimulator({scenario: scenarioOf(keys, texts), clock: systemClock});
	const write = async (file: string, text: string): Promise<void> => {
		await mkdir(dirname(join(folder, file)), {recursive: true});
		await writeFile(join(folder, file), text, {mode: 0o600});
	};
	await write('.env', [...texts].map(([name, text]) => `${name}=${text}\n`).join(''));
	context.after(async () => {
		await simulator.close();
		await rm(folder, {recursive: true, force: true});
	});
	const env = {...simulator.env(), KEYDECK_HOME: join(folder, 'home'), TZ: 'UTC'};
	return {folder, simulator, texts, env, write};
}

function scenarioOf(keys: readonly ProjectKey[], texts: ReadonlyMap<string, string>): Scenario {
	const vendors: NonNullable<Scenario['vendors']> = {};
	for (const {name, vendor, behaviour = 'valid', account} of keys) {
		const known = vendors[vendor]?.keys ?? [];
		const key = {key: texts.get(name), label: name, behaviour, ...(account === undefined ? {} : {account})};
		vendors[vendor] = {keys: [...known, key]};
	}
	return {vendors};
}
