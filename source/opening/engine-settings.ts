import type {Settings} from '../config/settings.ts';
import type {EngineSettings} from '../engine/options.ts';
import {createProviders} from '../providers/index.ts';
import {catalogueOf} from './catalogue.ts';

/** The models of the original tool, listed where their provider has a key. */
const originalModels = ['claude-3-opus', 'gpt-4o', 'deepseek-coder', 'command-r-plus', 'gemini-pro'] as const;

/** Turns what the configuration says into what the engine works with. */
export function engineSettings(settings: Settings): EngineSettings {
	const catalogue = catalogueOf(settings);
	const providersWithKeys = new Set(settings.keys.map(({key}) => key.provider));
	const listed = [
		...originalModels.filter((name) => providersWithKeys.has(catalogue.get(name)?.provider ?? '')),
		...settings.poolModels,
		...settings.models.keys(),
		...[...settings.providers.values()].flatMap(({models = []}) => models),
	];
	return {
		root: settings.root,
		home: settings.home,
		keys: settings.keys,
		providers: createProviders(settings.providers),
		catalogue,
		strategy: settings.strategy,
		modelStrategies: defined(settings.models, (model) => model.strategy),
		modelLimits: defined(settings.models, (model) => model.limits),
		providerLimits: defined(settings.providers, (provider) => provider.limits),
		listedModels: [...new Set(listed)],
		probe: settings.probe,
		deepProbes: defined(settings.providers, (provider) => provider.deepProbe),
		alerts: settings.alerts,
		notes: settings.notes.map((note) => note.text),
		searched: settings.searched,
	};
}

function defined<From, To>(entries: ReadonlyMap<string, From>, of: (entry: From) => To | undefined): Map<string, To> {
	const result = new Map<string, To>();
	for (const [name, entry] of entries) {
		const value = of(entry);
		if (value !== undefined) result.set(name, value);
	}
	return result;
}
