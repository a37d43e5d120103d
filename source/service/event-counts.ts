import type {Snapshot} from '../engine/snapshot.ts';
import type {EngineEvent} from '../events.ts';
import {Histogram} from './histogram.ts';

/** Whose model the snapshot does not list: one label for all of them. */
const otherModel = 'other';

const requestBounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300];
const firstByteBounds = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60];
const probeBounds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What has happened since the start, counted. Who leaves the snapshot is forgotten. */
export class EventCounts {
	/** By kid, then verdict. */
	readonly requests = new Map<string, Map<string, number>>();
	/** By provider, then verdict. */
	readonly probes = new Map<string, Map<string, number>>();
	/** By model. */
	readonly refusals = new Map<string, number>();
	readonly leasesGranted = new Map<string, number>();
	readonly leasesExpired = new Map<string, number>();
	/** By severity. */
	readonly alertsFired = new Map<string, number>();
	/** By provider. */
	readonly requestDuration = new Map<string, Histogram>();
	readonly requestFirstByte = new Map<string, Histogram>();
	readonly probeDuration = new Map<string, Histogram>();

	readonly #snapshot: () => Snapshot;
	#providers = new Map<string, string>();
	#models = new Set<string>();
	/** Keys or models have come since the last look. */
	#outdated = false;

	constructor(snapshot: () => Snapshot) {
		this.#snapshot = snapshot;
		this.follow(snapshot());
	}

	/** Forgets the keys, vendors and models that are gone. */
	follow(snapshot: Snapshot): void {
		this.#outdated = false;
		this.#providers = new Map(snapshot.keys.map(({kid, provider}) => [kid, provider]));
		this.#models = new Set(snapshot.models.map(({name}) => name));
		const vendors = new Set(this.#providers.values());
		const models = new Set([...this.#models, otherModel]);
		keepOnly(this.requests, this.#providers);
		for (const ofVendors of [this.probes, this.requestDuration, this.requestFirstByte, this.probeDuration])
			keepOnly<unknown>(ofVendors, vendors);
		for (const ofModels of [this.refusals, this.leasesGranted, this.leasesExpired]) keepOnly(ofModels, models);
	}

	count(event: EngineEvent): void {
		switch (event.type) {
			case 'lease.released':
				this.#countRequest(event);
				break;
			case 'key.probed':
				this.#countProbe(event);
				break;
			case 'lease.granted':
				// From its first grant on a model is listed.
				this.#models.add(event.model);
				increase(this.leasesGranted, event.model);
				break;
			case 'lease.refused':
				increase(this.refusals, this.#modelOf(event.model));
				break;
			case 'lease.expired':
				increase(this.leasesExpired, this.#modelOf(event.model));
				break;
			case 'alert.fired':
				increase(this.alertsFired, event.severity);
				break;
			case 'key.added':
			case 'key.replaced':
			case 'key.removed':
			case 'config.applied':
				this.#outdated = true;
		}
	}

	#countRequest({kid, verdict, latencyMs, firstByteMs}: Extract<EngineEvent, {type: 'lease.released'}>): void {
		const provider = this.#providerOf(kid);
		if (provider === undefined) return;
		increaseIn(this.requests, kid, verdict);
		// A caller that does not tell how long its call took is read as 0 ms.
		if (latencyMs > 0) histogramOf(this.requestDuration, provider, requestBounds).add(latencyMs);
		if (firstByteMs !== undefined) histogramOf(this.requestFirstByte, provider, firstByteBounds).add(firstByteMs);
	}

	#countProbe({kid, verdict, latencyMs}: Extract<EngineEvent, {type: 'key.probed'}>): void {
		const provider = this.#providerOf(kid);
		if (provider === undefined) return;
		increaseIn(this.probes, provider, verdict);
		histogramOf(this.probeDuration, provider, probeBounds).add(latencyMs);
	}

	#providerOf(kid: string): string | undefined {
		this.#refresh();
		return this.#providers.get(kid);
	}

	#modelOf(model: string): string {
		this.#refresh();
		return this.#models.has(model) ? model : otherModel;
	}

	/** A new picture costs more than an event: it is taken only when keys or models may have come. */
	#refresh(): void {
		if (this.#outdated) this.follow(this.#snapshot());
	}
}

function increase(counts: Map<string, number>, of: string): void {
	counts.set(of, (counts.get(of) ?? 0) + 1);
}

function increaseIn(counts: Map<string, Map<string, number>>, owner: string, of: string): void {
	const own = counts.get(owner) ?? new Map<string, number>();
	counts.set(owner, own);
	increase(own, of);
}

function histogramOf(histograms: Map<string, Histogram>, owner: string, bounds: readonly number[]): Histogram {
	const own = histograms.get(owner) ?? new Histogram(bounds);
	histograms.set(owner, own);
	return own;
}

function keepOnly<Kept>(counts: Map<string, Kept>, living: {readonly has: (name: string) => boolean}): void {
	for (const name of counts.keys()) if (!living.has(name)) counts.delete(name);
}
