import type {Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Clock} from '../clock.ts';
import {InvalidInputError, KeydeckError} from '../errors.ts';
import type {Change, KeysChange} from './change.ts';
import {checkChange} from './change.ts';
import {control} from './control.ts';
import type {CountSelection, Counts} from './counts.ts';
import {countRequests} from './counts.ts';
import {Desk} from './desk.ts';
import type {CheckedScenario, Scenario} from './scenario.ts';
import {checkScenario} from './scenario.ts';
import type {VendorName} from './vendor-name.ts';
import {vendorNames} from './vendor-name.ts';
import {createVendorServer} from './vendor-server.ts';
import {vendors} from './vendors/index.ts';

type SimulatorOptions = {
	/** @default every vendor is up and knows no key */
	readonly scenario?: Scenario;
	/** Loopback only. @default 127.0.0.1 */
	readonly host?: '127.0.0.1';
	/** `free`: any free ports; a number: the port of openai, the others follow in the order of `vendorNames`. @default free */
	readonly ports?: 'free' | number;
	readonly clock: Clock;
	/** From 0 to 1. @default Math.random */
	readonly random?: () => number;
};

/** Vendors on localhost, answering as the real ones do. */
export type Simulator = {
	/** In the form of `KEYDECK_<P>_BASE_URL`. */
	readonly baseUrls: Readonly<Record<VendorName, string>>;
	/** The `KEYDECK_<P>_BASE_URL` variables that lead here. */
	readonly env: () => Readonly<Record<string, string>>;
	/** @throws InvalidInputError when the change is faulty or fits no key; then nothing has changed. */
	readonly change: (change: Change) => void;
	/** Requests so far. */
	readonly counts: (only?: CountSelection) => Counts;
	/** Cuts every connection. Idempotent. */
	readonly close: () => Promise<void>;
};

type Desks = Readonly<Record<VendorName, Desk>>;

/**
 * Starts one HTTP server per vendor.
 *
 * @throws InvalidInputError when the scenario is faulty.
 * @throws KeydeckError `PORT_IN_USE` when a port is taken; then nothing runs.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
	const {clock, random = Math.random, host = '127.0.0.1', ports = 'free'} = options;
	const scenario = checkScenario(options.scenario ?? {});
	const desks = eachVendor((name) => new Desk(vendors[name]));
	loadAll(desks, scenario, clock.now());
	const change = (wanted: Change) => applyChange(desks, wanted, clock.now());
	const controls = {change, picture: () => picture(desks)};
	const parts = {clock, random, nextId: idSequence(random), control: control.bind(undefined, controls)};
	const servers = eachVendor((name) => createVendorServer(desks[name], parts));
	const close = async () => {
		await Promise.all(Object.values(servers).map(stop));
	};
	const port = (index: number) => (ports === 'free' ? 0 : ports + index);
	const started = vendorNames.map((name, index) => listen(servers[name], host, port(index)));
	const failed = (await Promise.allSettled(started)).find((result) => result.status === 'rejected');
	if (failed !== undefined) {
		await close();
		throw failed.reason;
	}
	const baseUrls = eachVendor((name) => `http://${host}:${portOf(servers[name])}${vendors[name].basePath}`);
	return {
		baseUrls,
		env: () =>
			Object.fromEntries(vendorNames.map((name) => [`KEYDECK_${name.toUpperCase()}_BASE_URL`, baseUrls[name]])),
		change,
		counts: (only = {}) => countRequests(Object.values(desks), only),
		close,
	};
}

function eachVendor<Value>(value: (name: VendorName) => Value): Record<VendorName, Value> {
	return Object.fromEntries(vendorNames.map((name) => [name, value(name)])) as Record<VendorName, Value>;
}

function portOf(server: Server): number {
	return (server.address() as AddressInfo).port;
}

function loadAll(desks: Desks, scenario: CheckedScenario, now: number): void {
	for (const name of vendorNames) desks[name].load(scenario.vendors[name], now);
}

function applyChange(desks: Desks, wanted: Change, now: number): void {
	const change = checkChange(wanted);
	if ('scenario' in change) loadAll(desks, change.scenario, now);
	else if ('add' in change) desks[change.vendor].keys.add(change.add, now);
	else if ('keys' in change) changeKeys(desks[change.vendor], change, now);
	else {
		const desk = desks[change.vendor];
		desk.condition = change.condition ?? desk.condition;
		desk.latencyMs = change.latencyMs ?? desk.latencyMs;
	}
}

function changeKeys(desk: Desk, {keys, vendor, ...settings}: KeysChange, now: number): void {
	if (desk.keys.change(keys, settings, now) > 0) return;
	throw new InvalidInputError([{source: 'change', path: 'keys', rule: `fits no key of ${vendor}`}]);
}

/** The simulator as its control path shows it: labels and masks, never a key. */
function picture(desks: Desks): object {
	const counts = countRequests(Object.values(desks), {});
	return {
		vendors: Object.fromEntries(
			Object.values(desks).map(({vendor, condition, latencyMs, keys}) => [
				vendor.name,
				{
					condition,
					latencyMs,
					keys: keys.records().map(({label, mask, account, behaviour, limits}) => ({
						label,
						mask,
						account: account.name,
						behaviour,
						limits,
					})),
				},
			]),
		),
		counts,
	};
}

/** Ids that never repeat in a run and seldom over runs. */
function idSequence(random: () => number): () => string {
	const run = Math.floor(random() * 2 ** 32)
		.toString(16)
		.padStart(8, '0');
	let last = 0;
	return () => {
		last += 1;
		return `${run}${last.toString(16).padStart(16, '0')}`;
	};
}

function listen(server: Server, host: string, port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => {
			if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return reject(error);
			const hint = 'Choose another base port, or let the ports be free ones.';
			reject(new KeydeckError('PORT_IN_USE', `port ${port} on ${host} cannot be used`, {hint, cause: error}));
		});
		server.listen(port, host, () => resolve());
	});
}

function stop(server: Server): Promise<void> {
	return new Promise((resolve) => {
		server.close(() => resolve());
		server.closeAllConnections();
	});
}
