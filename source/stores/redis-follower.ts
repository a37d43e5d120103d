import type {Clock} from '../clock.ts';
import type {RedisClient} from './redis-client.ts';

/** How long one look at the stream waits for news, ms. */
const waitMs = 1000;
const pauseMs = 250;
const entriesAtOnce = 200;

/** One entry of the stream of changes, by its fields, and its `id`. */
export type Told = ReadonlyMap<string, string>;

/** Reads the stream of changes on a connection of its own, for reading waits. */
export class RedisFollower {
	readonly #client: RedisClient;
	readonly #stream: string;
	readonly #clock: Clock;
	readonly #closing = new AbortController();
	#lastId = '$';
	#running: Promise<void> | undefined;

	constructor(client: RedisClient, stream: string, clock: Clock) {
		this.#client = client;
		this.#stream = stream;
		this.#clock = clock;
		// What is wrong is told by the other connection.
		client.on('error', () => undefined);
	}

	/** From now on. `missed`: it lost touch and has it again; what was told meanwhile may be gone. */
	start(heard: (told: readonly Told[]) => void, missed: () => Promise<void>): void {
		this.#running ??= this.#follow(heard, missed);
	}

	async stop(): Promise<void> {
		this.#closing.abort();
		this.#client.disconnect();
		await this.#running;
	}

	async #follow(heard: (told: readonly Told[]) => void, missed: () => Promise<void>): Promise<void> {
		const {signal} = this.#closing;
		let inTouch = false;
		while (!signal.aborted) {
			try {
				if (!inTouch) {
					if (this.#client.status === 'wait') await Promise.race([this.#client.connect(), aborted(signal)]);
					await this.#findEnd();
					await missed();
					inTouch = true;
				}
				const told = await this.#read();
				if (told.length > 0) heard(told);
			} catch {
				inTouch = false;
				await this.#clock.sleep(pauseMs, signal);
			}
		}
	}

	/** Where the stream ends now: what is told from here on is not missed. */
	async #findEnd(): Promise<void> {
		const newest = (await this.#client.call('XREVRANGE', [this.#stream, '+', '-', 'COUNT', 1])) as [string][];
		this.#lastId = newest[0]?.[0] ?? '0-0';
	}

	async #read(): Promise<Told[]> {
		const args = ['COUNT', entriesAtOnce, 'BLOCK', waitMs, 'STREAMS', this.#stream, this.#lastId];
		const answer = (await this.#client.call('XREAD', args)) as [string, [string, string[]][]][] | null;
		const entries = answer?.[0]?.[1] ?? [];
		this.#lastId = entries.at(-1)?.[0] ?? this.#lastId;
		return entries.map(([id, fields]) => {
			const told = new Map([['id', id]]);
			for (let index = 0; index < fields.length; index += 2) told.set(fields[index] ?? '', fields[index + 1] ?? '');
			return told;
		});
	}
}

/** Never resolves; rejects when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
	return new Promise((_, reject) => {
		signal.addEventListener('abort', () => reject(signal.reason), {once: true});
	});
}
