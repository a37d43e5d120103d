import type {Server} from 'node:http';
import {isIP} from 'node:net';
import type {Clock} from '../clock.ts';
import type {Settings} from '../config/settings.ts';
import type {Engine} from '../engine/engine.ts';
import {AccessTokens} from './access-tokens.ts';
import {actionRoutes} from './action-routes.ts';
import {Audit} from './audit.ts';
import {watchEventLoop} from './event-loop.ts';
import {Gate} from './gate.ts';
import {healthRoutes} from './health-routes.ts';
import {createHttpApp} from './http-app.ts';
import {keyRoutes} from './key-routes.ts';
import {Metrics} from './metrics.ts';
import {describeService} from './openapi.ts';
import {pageRoutes} from './page-files.ts';
import {type Listening, listenAt, listenAtSocket, type PortLimits, shownHost, stopServer} from './ports.ts';
import {recorded} from './recorded.ts';
import {type Route, route} from './route.ts';
import {fitToTell} from './told.ts';
import {Upgrades} from './upgrades.ts';

/** Running answers have this long to finish at a stop, ms. */
const patienceMs = 3000;

export type ServiceOptions = {
	readonly engine: Engine;
	readonly settings: Pick<Settings, 'home' | 'root' | 'server' | 'accessToken'>;
	readonly clock: Clock;
	readonly version: string;
	/** Path of a unix socket to answer at too. */
	readonly socket?: string;
	/** File that takes the place of the audit's own. */
	readonly auditSink?: string;
	/** How long and how large requests may be. */
	readonly limits?: PortLimits;
	/** Told what nobody meant to happen: one sentence, never a secret. */
	readonly onFailure?: (message: string) => void;
};

export type Service = {
	/** `http://127.0.0.1:3001`. */
	readonly keyUrl: string;
	readonly healthUrl: string;
	/** File of the main token; undefined when it comes from the environment. */
	readonly tokenFile: string | undefined;
	/** What a person should know: no TLS on an open address. One sentence each. */
	readonly warnings: readonly string[];
	/** Stops accepting, finishes what runs, flushes the audit; under 5 s. Idempotent. The engine stays open. */
	close(): Promise<void>;
};

/** Answers over HTTP and web sockets on both ports, for an engine of this process. Throws `PORT_IN_USE` and its like. */
export async function openService(options: ServiceOptions): Promise<Service> {
	const {engine, settings, clock, version, onFailure = () => undefined} = options;
	const {server, home, accessToken} = settings;
	const tokens = new AccessTokens(home, accessToken);
	await tokens.open();
	const audit = new Audit({
		folder: home,
		clock,
		...(options.auditSink === undefined ? {} : {sink: options.auditSink}),
	});
	audit.prune();
	const metrics = new Metrics({deck: engine, clock, version});
	const eventLoop = watchEventLoop(clock);
	let closing: Promise<void> | undefined;
	const routes = allRoutes({engine, audit, clock, metrics, eventLoop, version, closing: () => closing !== undefined});
	const names: {hosts: Set<string>; origins: Set<string>} = {hosts: new Set(), origins: new Set(server.allowedOrigins)};
	const gateOf = (hosts: ReadonlySet<string> | undefined): Gate =>
		new Gate({tokens, clock, loopback: isLoopback(server.host), hosts, origins: names.origins});
	const doors = await Promise.all(
		[gateOf(names.hosts), gateOf(undefined)].map(async (gate) => {
			const tell = (error: unknown, place: string): void => onFailure(`${place}: ${nameOf(error)}`);
			const clean = (text: string): string => fitToTell(text, engine.settings.keys);
			const app = await createHttpApp({routes, gate, onFailure: tell, clean});
			const upgrades = new Upgrades({
				deck: engine,
				gate,
				tokens,
				clock,
				hello: () => ({root: engine.settings.root, pid: process.pid, version, startedAt: engine.snapshot().startedAt}),
				onAction: (entry) => recorded(audit, entry),
				clean,
			});
			return {app, upgrades, answers: {request: app.answer, upgrade: upgrades.answer.bind(upgrades), clock}};
		}),
	);
	const [inet, unix] = doors as [(typeof doors)[0], (typeof doors)[0]];
	const opened = await openPorts(options, inet.answers, unix.answers);
	for (const {port} of [opened.keys, opened.health]) addNames(names, server, port);
	const watching = tokens.watch(clock, (error) => {
		if (error !== undefined) onFailure(`the tokens cannot be read: ${nameOf(error)}; the old ones stay`);
		for (const {upgrades} of doors) upgrades.recheck();
	});
	const end = async (): Promise<void> => {
		watching.stop();
		for (const {upgrades} of doors) upgrades.close();
		const stopped = new AbortController();
		const idle = Promise.all(doors.map(({app}) => app.idle()));
		const done = Promise.race([idle, clock.sleep(patienceMs, stopped.signal)]);
		await Promise.all(opened.servers.map((each) => stopServer(each, done)));
		// A sleep that goes on would keep the process alive.
		stopped.abort();
		await Promise.all(doors.map(({app}) => app.close()));
		metrics.close();
		eventLoop.stop();
		await audit.close();
	};
	return {
		keyUrl: opened.keys.url,
		healthUrl: opened.health.url,
		tokenFile: accessToken === undefined ? tokens.file : undefined,
		warnings: warningsOf(server),
		close() {
			closing ??= end();
			return closing;
		},
	};
}

/** Every route, for the description and the documentation. */
type RouteParts = Parameters<typeof keyRoutes>[0] & Parameters<typeof healthRoutes>[0] & {readonly version: string};

export function allRoutes(parts: RouteParts): readonly Route[] {
	const routes: Route[] = [...keyRoutes(parts), ...healthRoutes(parts), ...actionRoutes(parts), ...pageRoutes()];
	routes.push(
		route({
			method: 'GET',
			path: '/openapi.json',
			need: 'read',
			summary: 'This description',
			errors: [],
			run: async () => describeService(routes, parts.version),
		}),
	);
	return routes;
}

type Opened = {readonly keys: Listening; readonly health: Listening; readonly servers: readonly Server[]};

/** All of them or none. */
async function openPorts(
	{settings: {server}, socket, limits}: ServiceOptions,
	inet: Parameters<typeof listenAt>[1],
	unix: Parameters<typeof listenAt>[1],
): Promise<Opened> {
	const {host, tls} = server;
	const servers: Server[] = [];
	try {
		const shared = {host, tls, limits};
		const keys = await listenAt({...shared, port: server.keyPort, setting: 'API_KEY_MANAGER_PORT'}, inet);
		servers.push(keys.server);
		const health = await listenAt({...shared, port: server.healthPort, setting: 'HEALTH_DASHBOARD_PORT'}, inet);
		servers.push(health.server);
		if (socket !== undefined) servers.push(await listenAtSocket(socket, unix));
		return {keys, health, servers};
	} catch (error) {
		for (const each of servers) each.close();
		throw error;
	}
}

/** The names this machine is called by, with the port it really listens at. */
function addNames(
	{hosts, origins}: {readonly hosts: Set<string>; readonly origins: Set<string>},
	{host, allowedHosts, tls}: Settings['server'],
	port: number,
): void {
	const open = host === '0.0.0.0' || host === '::';
	const own = ['127.0.0.1', 'localhost', '[::1]', ...(open ? [] : [shownHost(host)])];
	const withPort = [...own, ...allowedHosts].map((name) => (/:\d+$/.test(name) ? name : `${name}:${port}`));
	// Behind a proxy on the standard port a name comes without one.
	for (const name of [...withPort, ...allowedHosts]) {
		hosts.add(name);
		origins.add(`${tls.cert === '' ? 'http' : 'https'}://${name}`);
		if (allowedHosts.includes(name)) origins.add(`https://${name}`);
	}
}

function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function warningsOf({host, tls, allowedHosts}: Settings['server']): string[] {
	if (isLoopback(host)) return [];
	const warnings: string[] = [];
	if (tls.cert === '') {
		warnings.push(
			`${host} can be reached by other machines and speaks plain HTTP: keys and tokens can be read on the way; set server.tls, or put a proxy with TLS before it`,
		);
	}
	if (allowedHosts.length === 0 && (host === '0.0.0.0' || host === '::')) {
		warnings.push(
			'no name is allowed but 127.0.0.1 and localhost: set KEYDECK_ALLOWED_HOSTS to the names others call it by',
		);
	}
	return warnings;
}

/** Its kind only: an error nobody foresaw may quote anything. */
function nameOf(error: unknown): string {
	if (!(error instanceof Error)) return 'unknown error';
	return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}
