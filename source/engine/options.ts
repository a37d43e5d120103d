import type {Clock} from '../clock.ts';
import type {Catalogue} from '../domain/catalogue.ts';
import type {LimitSettings} from '../domain/limit.ts';
import type {AlertPolicy, ProbePolicy} from '../domain/policy.ts';
import type {Provider, Transport} from '../providers/provider.ts';
import type {KeyEntry} from '../secret.ts';
import type {Store} from '../stores/store.ts';
import type {StrategyName} from '../strategies/strategy.ts';
import type {SearchedPlace} from './snapshot.ts';

/** What configuration says; replaced as a whole when a file changes. */
export type EngineSettings = {
	readonly root: string;
	readonly home: string;
	readonly keys: readonly KeyEntry[];
	readonly providers: ReadonlyMap<string, Provider>;
	readonly catalogue: Catalogue;
	/** Strategy of models without one of their own. */
	readonly strategy: StrategyName;
	readonly modelStrategies: ReadonlyMap<string, StrategyName>;
	readonly modelLimits: ReadonlyMap<string, LimitSettings>;
	readonly providerLimits: ReadonlyMap<string, LimitSettings>;
	/** Models shown from the start: the original's, the token pool's and the configuration's. */
	readonly listedModels: readonly string[];
	readonly probe: ProbePolicy;
	/** Providers that are probed deep, or not, whatever `probe` says. */
	readonly deepProbes: ReadonlyMap<string, boolean>;
	readonly alerts: AlertPolicy;
	readonly notes: readonly string[];
	/** Problems of a changed configuration that was refused; these settings stay meanwhile. */
	readonly refused?: readonly string[];
	readonly searched: readonly SearchedPlace[];
};

/** What an engine is made of. Time, chance, network and store come from outside. */
export type EngineParts = {
	readonly settings: EngineSettings;
	readonly store: Store;
	readonly transport: Transport;
	readonly clock: Clock;
	/** Uniform in [0, 1). */
	readonly random: () => number;
	/** Makes lease ids. */
	readonly newId: () => string;
	readonly mode: 'live' | 'demo';
};
