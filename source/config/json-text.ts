/** JSON read with the places of its parts, or the first fault. Lines and columns count from 1. */
export type JsonText =
	| {
			readonly ok: true;
			readonly value: unknown;
			/** Line of the value at a path such as `gpt-4o[1]` or `keys[0].weight`. */
			readonly lineOf: (path: string) => number | undefined;
	  }
	| {readonly ok: false; readonly line: number; readonly column: number; readonly rule: string; readonly hint: string};

const deepest = 32;
const string = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uffff]*)*"/y;
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;

/**
 * Parses JSON by the letter. Node's own error quotes the text around the fault, which may be a key, and often
 * leaves out the place; it also lets a doubled name win silently. So the text is scanned first.
 */
export function parseJson(text: string): JsonText {
	const scan = new JsonScan(text);
	const fault = scan.run();
	if (fault !== undefined) return {ok: false, ...fault};
	return {ok: true, value: JSON.parse(text), lineOf: (path) => scan.lines.get(path)};
}

/** Path of a member or element, as `lineOf` and problems write it. */
export function pathOf(parts: readonly PropertyKey[]): string {
	return parts.reduce<string>(
		(path, part) =>
			typeof part === 'number' ? `${path}[${part}]` : path === '' ? String(part) : `${path}.${String(part)}`,
		'',
	);
}

type Fault = {readonly line: number; readonly column: number; readonly rule: string; readonly hint: string};

class Stop extends Error {}

class JsonScan {
	readonly lines = new Map<string, number>();
	readonly #text: string;
	#at = 0;
	#line = 1;
	#lineStart = 0;
	#fault: Fault | undefined;

	constructor(text: string) {
		this.#text = text;
	}

	run(): Fault | undefined {
		try {
			this.#value([]);
			this.#blanks();
			if (this.#at < this.#text.length) this.#stop('has text after its end', 'Take out what follows the last bracket');
		} catch (error) {
			if (!(error instanceof Stop)) throw error;
		}
		return this.#fault;
	}

	#value(path: readonly PropertyKey[]): void {
		this.#blanks();
		if (path.length > deepest) this.#stop('is nested too deeply', `At most ${deepest} levels`);
		this.lines.set(pathOf(path), this.#line);
		const next = this.#text[this.#at];
		if (next === '{') this.#object(path);
		else if (next === '[') this.#array(path);
		else if (next === '"') this.#string();
		else if (this.#match(scalar) === undefined)
			this.#stop('has no value where one must stand', 'Check commas, quotes and brackets');
	}

	#object(path: readonly PropertyKey[]): void {
		const names = new Set<string>();
		this.#members('}', () => {
			if (this.#text[this.#at] !== '"') this.#stop('has a name without quotes', 'Names stand in double quotes');
			const name = this.#string();
			if (name === '__proto__') this.#stop('has a name that is not allowed', 'Take out the member __proto__');
			if (names.has(name))
				this.#stop('has a name that stands twice in one object', 'Join the two, or the first would be lost');
			names.add(name);
			this.#blanks();
			if (this.#text[this.#at] !== ':') this.#stop('lacks a colon', 'A colon stands between name and value');
			this.#at++;
			this.#value([...path, name]);
		});
	}

	#array(path: readonly PropertyKey[]): void {
		let index = 0;
		this.#members(']', () => this.#value([...path, index++]));
	}

	#members(end: '}' | ']', member: () => void): void {
		this.#at++;
		this.#blanks();
		if (this.#text[this.#at] === end) {
			this.#at++;
			return;
		}
		for (;;) {
			member();
			this.#blanks();
			const next = this.#text[this.#at];
			if (next === end) break;
			if (next !== ',') this.#stop(`lacks a comma or ${end}`, 'Check the end of the line before');
			this.#at++;
			this.#blanks();
			if (this.#text[this.#at] === end) this.#stop(`has a comma before ${end}`, 'Take out the comma');
		}
		this.#at++;
	}

	#string(): string {
		const literal = this.#match(string);
		if (literal === undefined)
			this.#stop('has a text that is not closed or holds a forbidden character', 'Close the double quotes');
		return JSON.parse(literal);
	}

	#blanks(): void {
		for (; this.#at < this.#text.length; this.#at++) {
			const next = this.#text[this.#at];
			if (next === '\n') {
				this.#line++;
				this.#lineStart = this.#at + 1;
			} else if (next !== ' ' && next !== '\t' && next !== '\r') break;
		}
		if (this.#text[this.#at] === '/') this.#stop('has a comment', 'JSON has no comments: take it out');
	}

	#match(pattern: RegExp): string | undefined {
		pattern.lastIndex = this.#at;
		const found = pattern.exec(this.#text)?.[0];
		if (found !== undefined) this.#at += found.length;
		return found;
	}

	#stop(rule: string, hint: string): never {
		const ended = this.#at >= this.#text.length;
		this.#fault = {
			line: this.#line,
			column: this.#at - this.#lineStart + 1,
			rule: ended ? 'ends too early' : rule,
			hint: ended ? 'Something is missing at the end: put the file back from a copy, or mend it' : hint,
		};
		throw new Stop();
	}
}
