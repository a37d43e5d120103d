import type {Snapshot} from '../engine/snapshot.ts';

/** Hashes of keys by their inner id. A picture is taken for a key not met before only: one per event would cost too much. */
export class KeyHashes {
	readonly #snapshot: () => Snapshot;
	#known: ReadonlyMap<string, string> = new Map();

	constructor(snapshot: () => Snapshot) {
		this.#snapshot = snapshot;
	}

	readonly of = (kid: string): string | undefined => {
		if (!this.#known.has(kid)) this.#known = new Map(this.#snapshot().keys.map((key) => [key.kid, key.hash]));
		return this.#known.get(kid);
	};
}
