import {Keyring} from './keyring.ts';
import type {Condition, VendorEntry} from './scenario.ts';
import type {Vendor} from './vendor.ts';

/** One vendor as it is right now: how it is doing and whom it knows. */
export class Desk {
	readonly vendor: Vendor;
	readonly keys: Keyring;
	condition: Condition = {kind: 'up'};
	/** Answer time of keys that have none of their own. */
	latencyMs = 0;
	models: readonly string[];

	constructor(vendor: Vendor) {
		this.vendor = vendor;
		this.keys = new Keyring(vendor.name);
		this.models = vendor.models;
	}

	/** Becomes what the scenario says; undefined = up, and knows nobody. Windows and counts stay. */
	load(entry: VendorEntry | undefined, now: number): void {
		this.condition = entry?.condition ?? {kind: 'up'};
		this.latencyMs = entry?.latencyMs ?? 0;
		this.models = [...this.vendor.models, ...(entry?.models ?? [])];
		this.keys.load(entry?.keys ?? [], now);
	}
}
