import {defaultAlertPolicy, defaultProbePolicy} from '../domain/policy.ts';
import {defaultStrategy} from '../strategies/strategy.ts';
import type {Settings} from './settings.ts';

/** Settings with one value each, whoever states it: their paths are the paths of the configuration file. */
export type PlainSettings = Pick<Settings, 'strategy' | 'probe' | 'alerts' | 'server' | 'dashboard' | 'store'>;

export const defaults: PlainSettings = {
	strategy: defaultStrategy,
	probe: defaultProbePolicy,
	alerts: defaultAlertPolicy,
	server: {
		host: '127.0.0.1',
		keyPort: 3001,
		healthPort: 3002,
		allowedHosts: [],
		allowedOrigins: [],
		tls: {cert: '', key: ''},
	},
	dashboard: {theme: 'dark', intervalMs: 1000, mouse: true, readOnly: false},
	store: {prefix: 'keydeck'},
};
