import type {CatalogueEntry} from '../domain/catalogue.ts';
import type {Key} from '../domain/key.ts';
import type {LimitSettings} from '../domain/limit.ts';
import type {AlertPolicy, ProbePolicy} from '../domain/policy.ts';
import type {Problem} from '../errors.ts';
import type {KeyEntry, Secret} from '../secret.ts';
import type {StrategyName} from '../strategies/strategy.ts';

/** Where a value came from; the first that has it wins, in this order. */
export type Origin = 'flag' | 'environment' | '.env' | 'shared/tokenpool.json' | 'keydeck.config.json' | 'default';

/** Everything read and checked, ready for the engine. */
export type Settings = {
	/** Configuration root: the nearest folder upward that configures keydeck. */
	readonly root: string;
	/** State folder, 0700. */
	readonly home: string;
	readonly strategy: StrategyName;
	readonly providers: ReadonlyMap<string, ProviderSettings>;
	/** The user's models, merged over the built-in catalogue by the engine's composition. */
	readonly models: ReadonlyMap<string, ModelSettings>;
	/** Models named in the token pool. */
	readonly poolModels: readonly string[];
	readonly keys: readonly KeyEntry[];
	/** Identity a key would have in this home; for keys that are in no pool. */
	readonly identityOf: (provider: string, key: Secret) => Pick<Key, 'kid' | 'hash'>;
	/** Of the pepper that names the keys of this home. */
	readonly pepperFingerprint: string;
	readonly probe: ProbePolicy;
	readonly alerts: AlertPolicy;
	readonly dashboard: {
		readonly theme: 'dark' | 'light';
		readonly intervalMs: number;
		readonly mouse: boolean;
		readonly readOnly: boolean;
	};
	readonly server: {
		readonly host: string;
		readonly keyPort: number;
		readonly healthPort: number;
		/** Further names the services may be called by, with a port or without. */
		readonly allowedHosts: readonly string[];
		/** Web pages that may use the services. */
		readonly allowedOrigins: readonly string[];
		/** Files of a certificate and its key; both empty = plain HTTP. */
		readonly tls: {readonly cert: string; readonly key: string};
	};
	/** Access token of the environment, for all scopes; absent = the one in the home's file. */
	readonly accessToken?: Secret;
	/** Begins every name in the shared store. */
	readonly store: {readonly prefix: string};
	/** Where the store is that replicas share; absent = a file of the home's own. */
	readonly redisUrl?: string;
	/** Facts a person should know, one sentence each: placeholders, duplicates, misplaced or shadowed keys, file modes. */
	readonly notes: readonly Note[];
	readonly searched: readonly {readonly place: string; readonly found: string; readonly keys: number}[];
	/** For `keydeck config`: each value with its origin; secrets masked. */
	readonly values: readonly SettingValue[];
	/** Files whose change should be applied. */
	readonly watched: readonly string[];
};

export type Note = {
	readonly kind:
		| 'placeholder'
		| 'duplicate'
		| 'misplaced'
		| 'shadowed'
		| 'shape'
		| 'file-mode'
		| 'not-yet'
		| 'destination'
		| 'unknown-name';
	readonly text: string;
};

export type ProviderSettings = {
	readonly type?: 'openai-compatible';
	readonly baseUrl?: string;
	readonly models?: readonly string[];
	readonly keyless?: boolean;
	readonly deepProbe?: boolean;
	readonly limits?: LimitSettings;
};

export type ModelSettings = {
	readonly provider?: string;
	readonly upstream?: string;
	readonly strategy?: StrategyName;
	readonly chain?: readonly string[];
	readonly limits?: LimitSettings;
	readonly price?: CatalogueEntry['price'];
};

export type SettingValue = {
	readonly path: string;
	/** As text; masked when secret. */
	readonly value: string;
	readonly origin: Origin;
	/** File and line, or variable name. */
	readonly where?: string;
	/** A value elsewhere that lost to this one. */
	readonly shadows?: readonly string[];
};

/** Result of reading the configuration: settings, or every problem at once. */
export type Loaded =
	| {readonly ok: true; readonly settings: Settings}
	| {readonly ok: false; readonly problems: readonly Problem[]};
