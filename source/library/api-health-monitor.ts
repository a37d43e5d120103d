import {EventEmitter} from 'node:events';
import {systemClock} from '../clock.ts';
import type {AlertReport, HealthSummary} from '../engine/report-shapes.ts';
import {alertReport, healthSummary} from '../engine/reports.ts';
import {isoTime} from '../format.ts';
import {deskOf, type KeyDesk} from './key-desk.ts';
import type {Library} from './open-library.ts';
import {keysOf} from './pool-keys.ts';
import type {Served} from './service-ports.ts';
import {type SharedOptions, sharedEngine} from './shared-engine.ts';

/** One check of one key. */
export type HealthCheck = {
	readonly status: 'healthy' | 'unhealthy' | 'unknown';
	/** HTTP status; null when there was no answer. */
	readonly statusCode: number | null;
	/** Ms; null when there was no answer. */
	readonly latency: number | null;
	/** ISO, UTC. */
	readonly timestamp: string;
	readonly model: string;
	/** Place in the model's pool; null for a key that is in none. */
	readonly keyIndex: number | null;
	readonly label: string | null;
	readonly hash: string;
	readonly verdict: string;
	readonly state: string | null;
	readonly why: string;
	readonly error: string | null;
};

/** A verdict that says nothing about the key. */
const silent: readonly string[] = ['unreachable', 'cancelled', 'caller-fault'];
/** As long as a timer can be; it is begun again. */
const longMs = 2 ** 31 - 1;

/** The health monitor of the original tool, over the engine that all such objects of a process share. */
export class APIHealthMonitor extends EventEmitter<{alert: [AlertReport]}> {
	readonly #shared: ReturnType<typeof sharedEngine>;
	#following: Library | undefined;
	#endFollowing: (() => void) | undefined;
	#monitoring: AbortController | undefined;

	constructor(options: SharedOptions = {}) {
		super();
		this.#shared = sharedEngine(options);
	}

	/** Asks the vendor about a key now, for free: by its text or, without one, by its place in the model's pool. */
	async checkHealth(model: string, key?: string, keyIndex?: number): Promise<HealthCheck> {
		const desk = await this.#desk();
		const text = key ?? keysOf(model, desk.settings)[keyIndex ?? 0]?.secret.reveal() ?? '';
		const {valid, verdict, state, why, error, status, latencyMs, label, hash} = await desk.test(model, text);
		return {
			status: valid ? 'healthy' : silent.includes(verdict) ? 'unknown' : 'unhealthy',
			statusCode: status,
			latency: latencyMs,
			timestamp: isoTime(systemClock.now()),
			model,
			keyIndex: desk.find(text, model)?.key.index ?? keyIndex ?? null,
			label,
			hash,
			verdict,
			state,
			why,
			error,
		};
	}

	/** What `keydeck summary --json` prints. */
	async getHealthSummary(): Promise<HealthSummary> {
		return healthSummary(await (await this.#desk()).deck.newest());
	}

	/**
	 * Has all keys asked about in rounds and tells alerts as they fire. It keeps the process alive until
	 * `cleanup()`: a monitor is there to stay.
	 */
	async startMonitoring(): Promise<void> {
		if (this.#monitoring === undefined) {
			this.#monitoring = new AbortController();
			void stayUntil(this.#monitoring.signal);
		}
		this.#follow(await this.#shared.probe(this));
	}

	/** Opens both ports in this process, the web page among them; it stays alive until `cleanup`. */
	startDashboard(): Promise<Served> {
		return this.#shared.serve(this);
	}

	/** Ends monitoring and leaves the shared engine; the last one closes it. It is opened again at the next use. */
	async cleanup(): Promise<void> {
		this.#monitoring?.abort();
		this.#monitoring = undefined;
		this.#endFollowing?.();
		this.#following = undefined;
		this.removeAllListeners();
		await this.#shared.leftBy(this);
	}

	async #desk(): Promise<KeyDesk> {
		const library = await this.#shared.joinedBy(this);
		this.#follow(library);
		return deskOf(library);
	}

	#follow(library: Library): void {
		if (this.#following === library) return;
		this.#endFollowing?.();
		this.#following = library;
		const end = library.deck.onEvent((event) => {
			if (event.type === 'alert.fired') void this.#tell(event.alertId, library);
		});
		this.#endFollowing = end;
	}

	async #tell(id: string, {deck}: Library): Promise<void> {
		// Without a picture there is nothing to tell; the next alert has its own.
		const snapshot = await deck.newest().catch(() => undefined);
		const alert = snapshot?.alerts.find((one) => one.id === id);
		if (snapshot !== undefined && alert !== undefined) this.emit('alert', alertReport(alert, snapshot));
	}
}

async function stayUntil(signal: AbortSignal): Promise<void> {
	while (!signal.aborted) await systemClock.sleep(longMs, signal);
}

// `require` of this module gives the class itself.
export {APIHealthMonitor as default, APIHealthMonitor as 'module.exports'};
