import type {Alert} from '../source/domain/alert.ts';
import type {KeyHistory} from '../source/engine/deck.ts';
import type {KeyView, ModelView, ProviderView} from '../source/engine/snapshot.ts';
import {clean, isoTime, latency, percent} from '../source/format.ts';

function joined(lines: readonly (string | undefined)[]): string {
	return lines
		.filter((line) => line !== undefined)
		.map(clean)
		.join('\n');
}

/** A key and what is wrong with it, as text to paste into a ticket: masked, with the last verdicts when they are known. */
export function keyCopy(key: KeyView, now: number, history: KeyHistory | undefined): string {
	return joined([
		`${key.label} (${key.mask}, ${key.hash}) ${key.provider}: ${key.word} at ${isoTime(now)}`,
		key.why === '' ? undefined : `why: ${key.why}`,
		key.until === undefined
			? undefined
			: `until: ${isoTime(key.until)}${key.untilRule === undefined ? '' : ` (${key.untilRule})`}`,
		key.advice === '' ? undefined : `do: ${key.advice}`,
		`proof: ${key.grade}, ok ${percent(key.successRate)}, latency ${latency(key.latencyMs)}`,
		...(history?.entries ?? []).map((entry) => `${isoTime(entry.at)} ${entry.from} ${entry.verdict} ${entry.evidence}`),
	]);
}

export function modelCopy(model: ModelView): string {
	return joined([
		`${model.name} (${model.provider} ${model.upstream}): ${model.strategy}, ${model.usable} of ${model.keys} keys usable, ${model.picks} picks`,
		`chain: ${model.chain.map((link, place) => (place === model.liveLink ? `[${link.model}]` : link.model)).join(' → ')}`,
		...model.shares.map(
			(share) => `${share.label}: ${share.picks} picks, ${percent(share.share)}, ok ${percent(share.successRate)}`,
		),
	]);
}

export function alertCopy(alert: Alert): string {
	return joined([
		`${alert.severity} ${alert.type} ${alert.label} (${alert.provider}): ${alert.state} since ${isoTime(alert.since)}`,
		`what: ${alert.message}`,
		`do: ${alert.advice}`,
	]);
}

export function healthCopy(provider: ProviderView): string {
	return joined([
		`${provider.name}: ${provider.condition}, ${provider.usable} of ${provider.keys} keys usable`,
		`ok ${provider.successes}, failed ${provider.failures}, ${percent(provider.successRate)}, latency ${latency(provider.latencyMs)}, p95 ${latency(provider.p95Ms)}`,
	]);
}
