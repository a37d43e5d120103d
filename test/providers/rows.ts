import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {Reading} from '../../source/domain/reading.ts';
import type {Verdict} from '../../source/domain/verdict.ts';
import type {Asked, Provider} from '../../source/providers/provider.ts';

/** 2026-11-22 14:00:00 UTC, a Sunday; 06:00 in California. */
export const at = Date.UTC(2026, 10, 22, 14);

/** One answer of a vendor and what must be read from it. */
export type Row = {
	readonly name: string;
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	/** Text as it stands, anything else as JSON. */
	readonly body: unknown;
	/** @default a call of `gpt-4o` or whatever the vendor's probe model is */
	readonly asked?: Asked;
	readonly verdict: Verdict;
	/** Any other field of the reading that must be exactly so. */
	readonly also?: Partial<Reading>;
};

export const freeProbe: Asked = {by: 'probe', request: 'GET /v1/models'};

/** What a provider makes of an answer that came at `at`. */
export function readingOf(provider: Provider, row: Omit<Row, 'name' | 'verdict'>): Reading {
	const {status, headers = {}, body} = row;
	const asked = row.asked ?? {by: 'call', model: provider.probeModel, request: 'POST /v1/chat'};
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	const timing = {at, latencyMs: 120, firstByteMs: 100};
	return provider.read({kind: 'answered', status, headers, body: text, timing}, asked);
}

/** One test for each row. */
export function testRows(title: string, provider: Provider, rows: readonly Row[]): void {
	describe(title, () => {
		for (const row of rows) {
			test(`${row.status} ${row.name}`, () => {
				const reading = readingOf(provider, row);
				assert.deepEqual(reading.verdict, row.verdict, reading.evidence);
				for (const [field, value] of Object.entries(row.also ?? {})) {
					assert.deepEqual(reading[field as keyof Reading], value, field);
				}
				assert.ok(reading.evidence.includes(String(row.status)), reading.evidence);
				assert.equal(reading.proof === 'none', row.verdict.kind !== 'ok');
			});
		}
	});
}

/** The verdicts rows give most, spelled once. */
export const ok: Verdict = {kind: 'ok'};
export const callerFault: Verdict = {kind: 'caller-fault'};
export const rejectedKey: Verdict = {kind: 'rejected', scope: 'key', leaked: false};
export const rejectedAccount: Verdict = {kind: 'rejected', scope: 'account', leaked: false};
export const exhausted: Verdict = {kind: 'exhausted', scope: 'account'};
export const overloaded: Verdict = {kind: 'overloaded', scope: 'provider'};
export const upstreamFailed: Verdict = {kind: 'upstream-failed'};

/** Server-sent events with LF line ends. */
export function stream(...events: readonly string[]): string {
	return events.map((event) => `${event}\n\n`).join('');
}
