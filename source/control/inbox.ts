/** Where texts come from; it stops and goes on. */
type Source = {pause(): void; resume(): void};

/** Texts that have come in and wait to be told, in order. Nothing is told before `resume`. */
export class Inbox {
	readonly #source: Source;
	readonly #tell: (text: string) => void;
	#texts: string[] = [];
	#paused = true;

	constructor(source: Source, tell: (text: string) => void) {
		this.#source = source;
		this.#tell = tell;
	}

	/** Keeps it until those before it are told. */
	add(text: string): void {
		this.#texts.push(text);
		this.#deliver();
	}

	pause(): void {
		this.#paused = true;
		this.#source.pause();
	}

	/** Tells what waits, and reads on unless the one who was told has paused it again. */
	resume(): void {
		this.#paused = false;
		this.#deliver();
		if (!this.#paused) this.#source.resume();
	}

	/** Forgets what waits. */
	clear(): void {
		this.#texts = [];
	}

	#deliver(): void {
		while (!this.#paused) {
			const text = this.#texts.shift();
			if (text === undefined) return;
			this.#tell(text);
		}
	}
}
