import type {Problem} from '../errors.ts';
import type {RawKey} from './raw-key.ts';
import type {Stated} from './setting-values.ts';
import type {ModelSettings, ProviderSettings} from './settings.ts';

/** What the configuration file says, checked in itself. */
export type ConfigReading = {
	readonly providers: ReadonlyMap<string, ProviderSettings>;
	readonly models: ReadonlyMap<string, ModelSettings>;
	readonly keys: readonly RawKey[];
	/** Every setting but keys and notifiers, by path. */
	readonly stated: readonly Stated[];
	readonly redisUrl?: string;
	/** Notifiers are written down, though none is told yet. */
	readonly notifiers: boolean;
	readonly problems: readonly Problem[];
};

/** Nothing configured: what stands for a file that is not there or not readable. */
export const noConfig: ConfigReading = {
	providers: new Map(),
	models: new Map(),
	keys: [],
	stated: [],
	notifiers: false,
	problems: [],
};
