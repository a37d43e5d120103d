import {setTimeout as sleep} from 'node:timers/promises';
import {systemClock} from '../../source/clock.ts';
import type {CatalogueEntry} from '../../source/domain/catalogue.ts';
import type {LimitSettings} from '../../source/domain/limit.ts';
import {builtInCatalogue} from '../../source/domain/models.ts';
import type {Outcome} from '../../source/domain/outcome.ts';
import {defaultAlertPolicy, defaultProbePolicy, type ProbePolicy} from '../../source/domain/policy.ts';
import {Engine} from '../../source/engine/engine.ts';
import type {Acquired, AcquireRequest, Refused} from '../../source/engine/leasing.ts';
import type {EngineSettings} from '../../source/engine/options.ts';
import type {KeyView} from '../../source/engine/snapshot.ts';
import type {EngineEvent} from '../../source/events.ts';
import {createHttpClient} from '../../source/providers/http-client.ts';
import {createProviders} from '../../source/providers/index.ts';
import type {Transport} from '../../source/providers/provider.ts';
import type {KeyEntry} from '../../source/secret.ts';
import {Secret} from '../../source/secret.ts';
import {createMemoryStore} from '../../source/stores/memory-store.ts';
import type {Store} from '../../source/stores/store.ts';
import type {StrategyName} from '../../source/strategies/strategy.ts';
import {type Answer, ScriptedUpstream} from './scripted-upstream.ts';
import {SimulatedClock} from './simulated-clock.ts';

/** A key of a test: its name is its kid and, unless told otherwise, its secret and its label. */
export type TestKey = {
	readonly name: string;
	/** @default openai */
	readonly provider?: string;
	readonly account?: string;
	readonly limits?: LimitSettings;
	readonly weight?: number;
	readonly disabled?: boolean;
	/** @default the name */
	readonly label?: string;
	/** @default the name */
	readonly secret?: string;
};

export type EngineOptions = {
	readonly keys: readonly (string | TestKey)[];
	readonly strategy?: StrategyName;
	readonly models?: readonly string[];
	readonly catalogue?: readonly CatalogueEntry[];
	readonly modelLimits?: Readonly<Record<string, LimitSettings>>;
	readonly providerLimits?: Readonly<Record<string, LimitSettings>>;
	readonly probe?: Partial<ProbePolicy>;
	readonly baseUrls?: Readonly<Record<string, string>>;
	readonly clock?: SimulatedClock;
	readonly upstream?: ScriptedUpstream;
	readonly store?: Store;
	/** Of leases; engines that share a store must not give the same twice. */
	readonly newId?: () => string;
};

/** `inFlight`: calls that have not been answered yet. */
type TimedTransport = Transport & {readonly inFlight: number};

/** How long each call takes in simulated time. */
const latencyMs = 20;

/** A whole engine: real HTTP to a scripted upstream, a real store, simulated time, seeded chance. */
export class TestEngine implements AsyncDisposable {
	readonly engine: Engine;
	readonly clock: SimulatedClock;
	readonly upstream: ScriptedUpstream;
	readonly transport: TimedTransport;
	readonly settings: EngineSettings;
	readonly events: EngineEvent[] = [];

	constructor(parts: Pick<TestEngine, 'engine' | 'clock' | 'upstream' | 'transport' | 'settings'>) {
		this.engine = parts.engine;
		this.clock = parts.clock;
		this.upstream = parts.upstream;
		this.transport = parts.transport;
		this.settings = parts.settings;
		this.engine.onEvent((event) => this.events.push(event));
	}

	/** The view of a key by its name. */
	key(name: string): KeyView {
		const view = this.engine.snapshot().keys.find((key) => key.kid === name);
		if (view === undefined) throw new Error(`no key ${name}`);
		return view;
	}

	/** Gets a lease, which must be granted. */
	async acquire(request: string | AcquireRequest): Promise<Acquired> {
		const answer = await this.engine.acquire(typeof request === 'string' ? {model: request} : request);
		if (!answer.granted) throw new Error(`refused: ${JSON.stringify(answer)}`);
		return answer;
	}

	/** Gets a lease, which must be refused. */
	async refused(request: string | AcquireRequest): Promise<Refused> {
		const answer = await this.engine.acquire(typeof request === 'string' ? {model: request} : request);
		if (answer.granted) throw new Error(`granted ${answer.key.label}`);
		return answer;
	}

	/** Makes the call of a lease over HTTP. */
	send({entry, secret}: Acquired): Promise<Outcome> {
		const provider = this.settings.providers.get(entry.provider);
		if (provider === undefined) throw new Error(`no provider ${entry.provider}`);
		const credentials = provider.authorize(secret);
		return this.transport.send(provider, provider.deepProbe(entry.upstream), {credentials, timeoutMs: 5000});
	}

	/** One whole call: lease, HTTP, release. Gives the name of the key that served. */
	async call(request: string | AcquireRequest): Promise<string> {
		const acquired = await this.acquire(request);
		await this.engine.release(acquired.lease.id, await this.send(acquired));
		return acquired.key.kid;
	}

	/** One whole call that gets this answer, whichever key it is. Gives the name of that key. */
	async callWith(answer: Answer, model = 'gpt-4o'): Promise<string> {
		const acquired = await this.acquire(model);
		this.upstream.script(acquired.secret.reveal(), answer);
		await this.engine.release(acquired.lease.id, await this.send(acquired));
		return acquired.key.kid;
	}

	/** Probes the named keys (or all) while simulated time goes on, so that second opinions come in. */
	async probe(names?: readonly string[], deep = false): Promise<readonly string[]> {
		let done = false;
		const results = this.engine.test({...(names === undefined ? {} : {kids: names}), deep}).finally(() => {
			done = true;
		});
		await until(async () => {
			// Only what waits for time needs time: answers that are on their way come by themselves.
			await sleep(1);
			if (!done && this.transport.inFlight === 0) await this.clock.advance(100);
			return done;
		});
		return (await results).map(({verdict}) => verdict);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.engine.close();
		await this.upstream.close();
	}
}

/** An engine that has not been started: it probes when asked to. */
export async function openEngine(options: EngineOptions): Promise<TestEngine> {
	const clock = options.clock ?? new SimulatedClock();
	const upstream = options.upstream ?? (await ScriptedUpstream.open());
	const transport = timedTransport(clock);
	const settings = settingsOf(options, upstream);
	let leases = 0;
	const engine = await Engine.open({
		settings,
		store: options.store ?? createMemoryStore(),
		transport,
		clock,
		random: seeded(7),
		newId: options.newId ?? (() => `lease-${clock.now()}-${++leases}`),
		mode: 'live',
	});
	return new TestEngine({engine, clock, upstream, transport, settings});
}

/** Settings as configuration would give them, with every vendor at the upstream. */
export function settingsOf(options: EngineOptions, upstream: ScriptedUpstream): EngineSettings {
	const vendors = ['openai', 'anthropic', 'deepseek', 'mistral'];
	const choices = vendors.map((name): [string, {baseUrl: string}] => [
		name,
		{baseUrl: options.baseUrls?.[name] ?? upstream.baseUrl(name)},
	]);
	const catalogue = new Map(builtInCatalogue);
	for (const entry of options.catalogue ?? []) catalogue.set(entry.name, entry);
	return {
		root: '/project',
		home: '/home/keydeck',
		keys: keysOf(options.keys),
		providers: createProviders(new Map(choices)),
		catalogue,
		strategy: options.strategy ?? 'round-robin',
		modelStrategies: new Map(),
		modelLimits: new Map(Object.entries(options.modelLimits ?? {})),
		providerLimits: new Map(Object.entries(options.providerLimits ?? {})),
		listedModels: options.models ?? ['gpt-4o'],
		probe: {...defaultProbePolicy, timeoutMs: 5000, ...options.probe},
		deepProbes: new Map(),
		alerts: defaultAlertPolicy,
		notes: [],
		searched: [],
	};
}

function keysOf(keys: EngineOptions['keys']): KeyEntry[] {
	const places = new Map<string, number>();
	return keys.map((given) => {
		const key: TestKey = typeof given === 'string' ? {name: given} : given;
		const {name, provider = 'openai', label = name, weight = 1, disabled = false, account, limits} = key;
		const index = places.get(provider) ?? 0;
		places.set(provider, index + 1);
		return {
			secret: new Secret(key.secret ?? name),
			key: {
				kid: name,
				hash: `hash-${name}`,
				provider,
				label,
				mask: `${name.slice(0, 2)}…`,
				source: {kind: 'env-file', file: '/project/.env', line: index + 1},
				index,
				weight,
				disabled,
				...(account === undefined ? {} : {account}),
				...(limits === undefined ? {} : {limits}),
			},
		};
	});
}

/** The real client; what it measures is told in simulated time, its timeouts run in real time. */
function timedTransport(clock: SimulatedClock): TimedTransport {
	const client = createHttpClient({clock: {now: () => clock.now(), after: systemClock.after}, env: {}});
	let inFlight = 0;
	return {
		get inFlight() {
			return inFlight;
		},
		async send(...call) {
			inFlight += 1;
			const outcome = await client.send(...call);
			inFlight -= 1;
			const timing = {at: clock.now(), latencyMs, ...(outcome.kind === 'answered' ? {firstByteMs: latencyMs} : {})};
			return {...outcome, timing};
		},
		close: () => client.close(),
	};
}

/** Waits in real time until it holds; fails after 5 seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
	const giveUpAt = performance.now() + 5000;
	while (!(await holds())) {
		if (performance.now() > giveUpAt) throw new Error(`never came true: ${holds}`);
		await sleep(1);
	}
}

/** Chance that is the same in every run. */
export function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}
