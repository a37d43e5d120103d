import {KeydeckEngine} from './keydeck-engine.ts';
import {type EngineOptions, openLibrary} from './open-library.ts';

/**
 * Opens the pool of keys of a project: its own engine, or the one another process runs. Throws an
 * `InvalidInputError` with every problem of the configuration.
 */
export async function createEngine(options: EngineOptions = {}): Promise<KeydeckEngine> {
	return new KeydeckEngine(await openLibrary(options));
}
