import {inspect} from 'node:util';
import type {Key} from '../domain/key.ts';
import type {Outcome} from '../domain/outcome.ts';
import type {Reading} from '../domain/reading.ts';
import type {Acquired} from '../engine/leasing.ts';
import type {Provider} from '../providers/provider.ts';
import type {Secret} from '../secret.ts';

/** Headers by name alone, as far as they are printed; on the prototype, for clients send every property of their own. */
const redactedHeaders: object = Object.assign(Object.create(null), {
	toJSON(this: object): object {
		return Object.fromEntries(Object.keys(this).map((name) => [name, '[redacted]']));
	},
	[inspect.custom](this: object): object {
		return Object.fromEntries(Object.keys(this).map((name) => [name, '[redacted]']));
	},
});

/**
 * The right to make one call with one key, and what the call needs. Printed, joined or serialised it shows
 * everything but the key.
 */
export class Grant {
	readonly #acquired: Acquired;
	readonly #provider: Provider;

	constructor(acquired: Acquired, provider: Provider) {
		this.#acquired = acquired;
		this.#provider = provider;
	}

	get leaseId(): string {
		return this.#acquired.lease.id;
	}

	/** Epoch ms. A call may last longer: it is still counted when it is settled. */
	get expiresAt(): number {
		return this.#acquired.lease.expiresAt;
	}

	/** Model that serves: the requested one, or a later link of its chain. */
	get model(): string {
		return this.#acquired.entry.name;
	}

	get requestedModel(): string {
		return this.#acquired.lease.model;
	}

	/** The vendor's own id of the model: what the call must name. */
	get upstreamModel(): string {
		return this.#acquired.entry.upstream;
	}

	/** `openai`, `anthropic`, … */
	get provider(): string {
		return this.#provider.name;
	}

	/** Without a slash at its end, in the form of the vendor's documentation: `https://api.openai.com/v1`. */
	get baseUrl(): string {
		return this.#provider.baseUrl;
	}

	/** Label, mask, hash and place of the key; never its text. */
	get key(): Key {
		return this.#acquired.key;
	}

	get secret(): Secret {
		return this.#acquired.secret;
	}

	/** The key's plain text, for a client of the vendor. Never log what this returns. */
	reveal(): string {
		return this.#acquired.secret.reveal();
	}

	/** Headers a call needs: the credential, and the version where the vendor wants one. They print as redacted. */
	get headers(): Readonly<Record<string, string>> {
		const provider = this.#provider;
		const credentials = provider.authorize(this.#acquired.secret);
		return Object.assign(Object.create(redactedHeaders), provider.freeProbe().headers, credentials);
	}

	/** Why this key, in one sentence. */
	get why(): string {
		return this.#acquired.why;
	}

	/** Said when the name is an alias, retires soon, or a later link serves. */
	get warning(): string | undefined {
		return this.#acquired.warning;
	}

	/** What an outcome of this call means, by the vendor's rules. */
	read(outcome: Outcome): Reading {
		return this.#provider.read(outcome, {
			by: 'call',
			model: this.upstreamModel,
			request: `call ${this.upstreamModel}`,
		});
	}

	toJSON(): object {
		const {leaseId, expiresAt, model, requestedModel, upstreamModel, provider, baseUrl, why, warning} = this;
		const {label, mask, hash, index} = this.key;
		const key = {label, mask, hash, index};
		return {leaseId, expiresAt, model, requestedModel, upstreamModel, provider, baseUrl, key, why, warning};
	}

	[inspect.custom](): string {
		return `Grant ${inspect(this.toJSON())}`;
	}
}
