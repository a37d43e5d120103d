import type {EngineSettings} from '../engine/options.ts';
import type {KeyEntry} from '../secret.ts';

/** Keys by text, made once per configuration. */
const indexes = new WeakMap<EngineSettings, ReadonlyMap<string, readonly KeyEntry[]>>();

/** The keys that serve a model, in the order of its pool; none for an unknown model. */
export function keysOf(model: string, {catalogue, keys}: EngineSettings): readonly KeyEntry[] {
	const provider = catalogue.get(model)?.provider;
	return keys.filter(({key}) => key.provider === provider).toSorted((a, b) => a.key.index - b.key.index);
}

/** The key of this text: the one that serves the model, else one of another provider; undefined when it is not ours. */
export function keyNamed(text: string, model: string | undefined, settings: EngineSettings): KeyEntry | undefined {
	const found = indexOf(settings).get(text) ?? [];
	const provider = settings.catalogue.get(model ?? '')?.provider;
	return found.find(({key}) => key.provider === provider) ?? found[0];
}

function indexOf(settings: EngineSettings): ReadonlyMap<string, readonly KeyEntry[]> {
	const known = indexes.get(settings);
	if (known !== undefined) return known;
	const index = Map.groupBy(settings.keys, ({secret}) => secret.reveal());
	indexes.set(settings, index);
	return index;
}
