import type {Outcome, OutcomeAnswered} from '../domain/outcome.ts';

const hidden = '[redacted]';
/** Shorter texts are no keys, and stand in every other word. */
const shortest = 8;

/** An outcome in which nothing repeats a credential of the request: a vendor or proxy may echo it anywhere. */
export function withoutCredentials(outcome: Outcome, credentials: Readonly<Record<string, string>>): Outcome {
	const secrets = Object.values(credentials)
		.map((value) => value.replace(/^Bearer /, ''))
		.filter((value) => value.length >= shortest);
	if (outcome.kind !== 'answered' || !secrets.some((secret) => repeats(outcome, secret))) return outcome;
	const clean = (text: string): string => secrets.reduce((left, secret) => left.replaceAll(secret, hidden), text);
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(outcome.headers)) headers[name] = clean(value);
	return {...outcome, headers, body: clean(outcome.body)};
}

function repeats({headers, body}: OutcomeAnswered, secret: string): boolean {
	if (body.includes(secret)) return true;
	// Every answer of every call passes here: no list is made of its headers.
	for (const name in headers) if (headers[name]?.includes(secret)) return true;
	return false;
}
