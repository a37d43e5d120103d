import type {ModelView, ProviderView, Snapshot} from '../engine/snapshot.ts';
import {metricList} from './metric-list.ts';
import {type Description, type Family, labelText, single} from './prometheus-text.ts';
import {stateSet, suffixesOf} from './state-set.ts';

const conditions = suffixesOf<ProviderView['condition']>('condition', {
	ok: 0,
	reduced: 0,
	'last-key': 0,
	dry: 0,
	unknown: 0,
	down: 0,
});

/** Pools, probes' money and the store, as they are now. */
export function poolFamilies({keys, providers, models, probing, store}: Snapshot): Family[] {
	return [
		single(
			metricList.leasesOpen,
			keys.reduce((total, {inFlight}) => total + inFlight, 0),
		),
		single(metricList.probeCost, probing.spentTodayUsd),
		single(metricList.probeBudget, probing.dailyBudgetUsd),
		...providerFamilies(providers),
		...modelFamilies(models),
		{
			metric: metricList.storeDegraded,
			samples: [{labels: labelText({kind: store.kind}), value: Number(store.state === 'degraded')}],
		},
	];
}

function providerFamilies(providers: readonly ProviderView[]): Family[] {
	const labelled = providers.map((provider) => ({provider, labels: labelText({provider: provider.name})}));
	const ofEach = (metric: Description, value: (provider: ProviderView) => number): Family => ({
		metric,
		samples: labelled.map(({provider, labels}) => ({labels, value: value(provider)})),
	});
	return [
		ofEach(metricList.providerKeys, ({keys}) => keys),
		ofEach(metricList.providerKeysUsable, ({usable}) => usable),
		{
			metric: metricList.providerCondition,
			samples: labelled.flatMap(({provider, labels}) => stateSet(labels, conditions, provider.condition)),
		},
	];
}

function modelFamilies(models: readonly ModelView[]): Family[] {
	const labelled = models.map((model) => ({
		model,
		labels: labelText({model: model.name, provider: model.provider}),
	}));
	const ofEach = (metric: Description, value: (model: ModelView) => number): Family => ({
		metric,
		samples: labelled.map(({model, labels}) => ({labels, value: value(model)})),
	});
	return [
		ofEach(metricList.modelKeys, ({keys}) => keys),
		ofEach(metricList.modelKeysUsable, ({usable}) => usable),
		ofEach(metricList.modelLiveLink, ({liveLink}) => liveLink ?? -1),
	];
}
