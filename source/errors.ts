/**
 * Every error keydeck throws on purpose. `code` is stable and documented in `docs/errors.md`;
 * the message says what, which and what to do. No error ever carries a secret.
 */
export class KeydeckError extends Error {
	readonly code: string;
	/** What a person can do about it, one sentence. */
	readonly hint: string | undefined;

	constructor(code: string, message: string, options: {hint?: string; cause?: unknown} = {}) {
		super(message, options.cause === undefined ? undefined : {cause: options.cause});
		this.name = new.target.name;
		this.code = code;
		this.hint = options.hint;
	}
}

/** One fault in what the user configured: where it stands, the rule it breaks, the value it has. */
export type Problem = {
	/** File or variable it was read from, e.g. `.env line 5` or `keydeck.config.json`. */
	readonly source: string;
	/** Path inside the source, e.g. `models.gpt-4o.limits.burst`. Empty when the whole source is meant. */
	readonly path: string;
	/** The rule that is broken, e.g. `must be an integer from 1 to 100`. */
	readonly rule: string;
	/** The value found, masked when it may be a key. */
	readonly value?: string;
	/** What to do, one sentence. */
	readonly hint?: string;
};

/** Bad input: all problems at once. Commands print one line each and exit with 2. */
export class InvalidInputError extends KeydeckError {
	readonly problems: readonly Problem[];

	constructor(problems: readonly Problem[]) {
		super('INVALID_INPUT', problems.map(problemLine).join('\n'));
		this.problems = problems;
	}
}

/** One problem as one line: `source: path rule, got value. hint`. */
export function problemLine(problem: Problem): string {
	const where = problem.path === '' ? problem.source : `${problem.source}: ${problem.path}`;
	const got = problem.value === undefined ? '' : `, got ${problem.value}`;
	const hint = problem.hint === undefined ? '' : `. ${problem.hint}`;
	return `${where} ${problem.rule}${got}${hint}`;
}

/** Marks the end of a `switch` over a union: the compiler refuses it while a case is missing. */
export function unreachable(value: never): never {
	throw new KeydeckError('UNREACHABLE', `unexpected case: ${JSON.stringify(value)}`);
}
