import type {Clock} from '../clock.ts';
import type {Severity} from '../domain/alert.ts';
import type {Deck} from '../engine/deck.ts';
import type {Snapshot} from '../engine/snapshot.ts';
import {EventCounts} from './event-counts.ts';
import type {Histogram} from './histogram.ts';
import {keyFamilies} from './key-families.ts';
import {metricList} from './metric-list.ts';
import {poolFamilies} from './pool-families.ts';
import {type Description, expositionText, type Family, labelText} from './prometheus-text.ts';

type Parts = {
	readonly deck: Pick<Deck, 'snapshot' | 'onEvent'>;
	readonly clock: Pick<Clock, 'now'>;
	readonly version: string;
};

const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** The deck in numbers for Prometheus: pictures become gauges, events become counters and histograms. */
export class Metrics {
	readonly #parts: Parts;
	readonly #counts: EventCounts;
	readonly #stopListening: () => void;
	/** Labels of alerts that have fired: those that no longer do are told as 0. */
	readonly #alertsSeen = new Set<string>();

	/** Counts from now on. */
	constructor(parts: Parts) {
		const {deck} = parts;
		this.#parts = parts;
		const counts = new EventCounts(() => deck.snapshot());
		this.#counts = counts;
		this.#stopListening = deck.onEvent((event) => counts.count(event));
	}

	/** What `GET /metrics` answers; `extra` are numbers of the process, which the deck does not know. */
	text(extra: readonly Family[] = []): string {
		const {deck, clock, version} = this.#parts;
		const snapshot = deck.snapshot();
		this.#counts.follow(snapshot);
		return expositionText([
			{metric: metricList.buildInfo, samples: [{labels: labelText({version}), value: 1}]},
			{metric: metricList.startTime, samples: [{labels: '', value: snapshot.startedAt / 1000}]},
			...keyFamilies(snapshot.keys, this.#counts.requests, clock.now()),
			...poolFamilies(snapshot),
			...this.#countFamilies(snapshot),
			this.#firingFamily(snapshot),
			...extra,
		]);
	}

	/** Stops counting; idempotent. */
	close(): void {
		this.#stopListening();
	}

	#countFamilies({models}: Snapshot): Family[] {
		const counts = this.#counts;
		const listed = models.map(({name}) => name);
		return [
			countFamily(metricList.refusals, 'model', counts.refusals, listed),
			countFamily(metricList.leasesGranted, 'model', counts.leasesGranted, listed),
			countFamily(metricList.leasesExpired, 'model', counts.leasesExpired, listed),
			countFamily(metricList.alertsFired, 'severity', counts.alertsFired, severities),
			{
				metric: metricList.probes,
				samples: [...counts.probes].flatMap(([provider, verdicts]) =>
					[...verdicts].map(([verdict, value]) => ({labels: labelText({provider, verdict}), value})),
				),
			},
			histogramFamily(metricList.requestDuration, counts.requestDuration),
			histogramFamily(metricList.requestFirstByte, counts.requestFirstByte),
			histogramFamily(metricList.probeDuration, counts.probeDuration),
		];
	}

	#firingFamily({alerts}: Snapshot): Family {
		const firing = new Map<string, number>();
		for (const {state, severity, type} of alerts) {
			if (state !== 'firing') continue;
			const labels = labelText({severity, type});
			this.#alertsSeen.add(labels);
			firing.set(labels, (firing.get(labels) ?? 0) + 1);
		}
		const samples = [...this.#alertsSeen].map((labels) => ({labels, value: firing.get(labels) ?? 0}));
		return {metric: metricList.alertsFiring, samples};
	}
}

/** Names that are known are told from 0 on: a rate needs to see the first step too. */
function countFamily(
	metric: Description,
	label: string,
	counts: ReadonlyMap<string, number>,
	known: readonly string[],
): Family {
	const names = new Set([...known, ...counts.keys()]);
	const samples = [...names].map((name) => ({labels: labelText({[label]: name}), value: counts.get(name) ?? 0}));
	return {metric, samples};
}

function histogramFamily(metric: Description, histograms: ReadonlyMap<string, Histogram>): Family {
	const samples = [...histograms].flatMap(([provider, histogram]) => histogram.samples(labelText({provider})));
	return {metric, samples};
}
