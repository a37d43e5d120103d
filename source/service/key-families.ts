import type {KeyState} from '../domain/key.ts';
import type {LimitKind} from '../domain/limit.ts';
import {remainingOf} from '../engine/headroom.ts';
import type {KeyView, LimitView} from '../engine/snapshot.ts';
import {metricList} from './metric-list.ts';
import {type Description, type Family, labelText, type Sample} from './prometheus-text.ts';
import {stateSet, suffixesOf} from './state-set.ts';

/** A key with its labels, written once for all its numbers. */
type Labelled = {readonly key: KeyView; readonly labels: string};

const states = suffixesOf<KeyState['kind']>('state', {
	unknown: 0,
	active: 0,
	recovering: 0,
	cooling: 0,
	exhausted: 0,
	ejected: 0,
	invalid: 0,
	forbidden: 0,
	draining: 0,
	disabled: 0,
});

/** What each key is like now, and its calls by verdict (`requests`: by kid). */
export function keyFamilies(
	keys: readonly KeyView[],
	requests: ReadonlyMap<string, ReadonlyMap<string, number>>,
	now: number,
): Family[] {
	const labelled = withLabels(keys);
	const ofEach = (metric: Description, samples: (one: Labelled) => readonly Sample[]): Family => ({
		metric,
		samples: labelled.flatMap(samples),
	});
	const ofSome = (metric: Description, value: (key: KeyView) => number | undefined): Family =>
		ofEach(metric, ({key, labels}) => present(labels, value(key)));
	const windows = new Map(keys.map((key) => [key, tightestWindows(key.limits, now)]));
	const ofWindows = (metric: Description, value: (window: Window) => number | undefined): Family =>
		ofEach(metric, ({key, labels}) =>
			[...(windows.get(key)?.values() ?? [])].flatMap((window) =>
				present(`${labels},${labelText({kind: window.kind})}`, value(window)),
			),
		);
	return [
		ofEach(metricList.keyState, ({key, labels}) => stateSet(labels, states, key.state.kind)),
		ofSome(metricList.keyUsable, ({usable}) => (usable === undefined ? undefined : Number(usable))),
		ofEach(metricList.keyProof, proofSamples),
		ofSome(metricList.keyHeadroom, ({headroom}) => headroom),
		ofWindows(metricList.keyLimit, ({limit}) => limit),
		ofWindows(metricList.keyLimitRemaining, ({remaining}) => remaining),
		ofSome(metricList.keyRestUntil, ({until}) => (until === undefined ? undefined : until / 1000)),
		ofSome(metricList.keyInFlight, ({inFlight}) => inFlight),
		ofEach(metricList.keyBalance, ({key: {balance}, labels}) =>
			balance === undefined ? [] : present(`${labels},${labelText({currency: balance.currency})}`, balance.amount),
		),
		ofEach(metricList.requests, ({key, labels}) =>
			[...(requests.get(key.kid) ?? [])].map(([verdict, value]) => ({
				labels: `${labels},${labelText({verdict})}`,
				value,
			})),
		),
	];
}

/** Two keys that look alike would spoil the whole text for its reader: the first stands. */
function withLabels(keys: readonly KeyView[]): Labelled[] {
	const labelled = new Map<string, Labelled>();
	for (const key of keys) {
		const labels = labelText({provider: key.provider, key: key.hash, label: key.label});
		if (!labelled.has(labels)) labelled.set(labels, {key, labels});
	}
	return [...labelled.values()];
}

function present(labels: string, value: number | undefined): readonly Sample[] {
	return value === undefined ? [] : [{labels, value}];
}

function proofSamples({key: {proof}, labels}: Labelled): readonly Sample[] {
	const grades = [
		['key', proof.keyAt],
		['money', proof.moneyAt],
		['call', proof.callAt],
	] as const;
	return grades.flatMap(([grade, at]) => present(`${labels},grade="${grade}"`, at === undefined ? at : at / 1000));
}

type Window = {readonly kind: LimitKind; readonly limit: number; readonly remaining: number | undefined};

/** Per kind the window with the least left; where nobody tells what is left, the smallest. */
function tightestWindows(limits: readonly LimitView[], now: number): ReadonlyMap<LimitKind, Window> {
	const tightest = new Map<LimitKind, Window>();
	for (const view of limits) {
		const window = {kind: view.kind, limit: view.limit, remaining: remainingOf(view, now)};
		const before = tightest.get(view.kind);
		if (before === undefined || isTighter(window, before)) tightest.set(view.kind, window);
	}
	return tightest;
}

function isTighter(one: Window, other: Window): boolean {
	if (one.remaining === undefined) return other.remaining === undefined && one.limit < other.limit;
	return other.remaining === undefined || one.remaining / one.limit < other.remaining / other.limit;
}
