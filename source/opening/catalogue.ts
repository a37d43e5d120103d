import type {ModelSettings, ProviderSettings, Settings} from '../config/settings.ts';
import type {Catalogue} from '../domain/catalogue.ts';
import {builtInCatalogue, withModels} from '../domain/models.ts';
import type {Problem} from '../errors.ts';

type Declared = Pick<Settings, 'models' | 'providers'>;

/** Every model name that can be asked for: the built-in ones with the user's on top. */
export function catalogueOf(settings: Declared): Catalogue {
	return withModels(builtInCatalogue, declaredModels(settings)).catalogue;
}

/** What is wrong with the models a user declared. */
export function modelProblems(models: Settings['models'], providers: Settings['providers']): readonly Problem[] {
	return withModels(builtInCatalogue, declaredModels({models, providers})).problems;
}

/** Models of a provider's list are declared by it, unless they are described by themselves. */
function declaredModels({models, providers}: Declared): ReadonlyMap<string, ModelSettings> {
	const declared = new Map<string, ModelSettings>();
	for (const [provider, settings] of providers) {
		for (const name of listOf(settings)) declared.set(name, {provider, upstream: name});
	}
	for (const [name, model] of models) declared.set(name, {...declared.get(name), ...model});
	return declared;
}

function listOf({models}: ProviderSettings): readonly string[] {
	return models ?? [];
}
