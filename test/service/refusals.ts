import assert from 'node:assert/strict';
import {bodyOf, statusOf} from './served.ts';

/** Fails unless a raw answer is a refusal in the form of all errors, with one of these statuses and nothing more. */
export function assertRawRefusal(raw: string, statuses: readonly number[], row: string, texts: Iterable<string>): void {
	assert.ok(statuses.includes(statusOf(raw)), `${row}: want ${statuses.join(' or ')}, got ${raw.slice(0, 200)}`);
	assert.match(raw, /\r\ncontent-type: application\/json; charset=utf-8\r\n/i, row);
	assert.match(raw, /\r\ncache-control: no-store\r\n/i, row);
	assert.match(raw, /\r\nx-content-type-options: nosniff\r\n/i, row);
	assertErrorBody(bodyOf(raw), row);
	for (const text of texts) assert.ok(!raw.includes(text.slice(0, 12)), `${row}: bytes of a key`);
}

/** Fails unless it is the JSON of an error: sentences, a code, no stack. */
export function assertErrorBody(text: string, row: string): void {
	const body: unknown = JSON.parse(text);
	assert.ok(typeof body === 'object' && body !== null, row);
	const {error, code, hint, ...rest} = body as Record<string, unknown>;
	assert.ok(typeof error === 'string' && error !== '' && error.length < 600, `${row}: ${text}`);
	assert.match(String(code), /^[A-Z_]+$/, `${row}: ${text}`);
	assert.ok(typeof hint === 'string' && hint !== '', `${row}: ${text}`);
	for (const name of Object.keys(rest)) assert.ok(name === 'retryAt' || name === 'skipped', `${row}: ${name}`);
	assert.doesNotMatch(text, /\n|\bat \S+ \(|node_modules|\.[jt]s:\d|SQLITE|FST_/, row);
}
