import type {ModelView, Snapshot} from '../../engine/snapshot.ts';
import {clean, count, duration, percent} from '../../format.ts';
import type {StrategyName} from '../../strategies/strategy.ts';
import type {Tone} from './signs.ts';

type ChainLink = {readonly name: string; readonly live: boolean; readonly out: boolean; readonly hint: string};

/** One model in words. */
export type ModelRow = {
	readonly name: string;
	readonly upstream: string;
	readonly warning: string;
	readonly strategy: StrategyName;
	readonly keys: string;
	readonly keysTone: Tone;
	readonly links: readonly ChainLink[];
	readonly served: string;
	readonly servedTone: Tone;
	readonly picks: string;
	readonly shares: readonly {
		readonly kid: string;
		readonly label: string;
		readonly share: number;
		readonly words: string;
	}[];
};

/** `used`: models somebody has asked for, the busiest first. */
export function modelRows(
	snapshot: Snapshot,
	now: number,
): {readonly used: readonly ModelRow[]; readonly unused: readonly ModelRow[]} {
	const row = (model: ModelView): ModelRow => modelRow(model, now);
	return {
		used: snapshot.models
			.filter((model) => model.picks > 0)
			.toSorted((a, b) => b.picks - a.picks)
			.map(row),
		unused: snapshot.models.filter((model) => model.picks === 0).map(row),
	};
}

function modelRow(model: ModelView, now: number): ModelRow {
	const live = model.liveLink === undefined ? undefined : model.chain[model.liveLink];
	return {
		name: clean(model.name),
		upstream: clean(model.upstream === model.name ? model.provider : `${model.provider} · ${model.upstream}`),
		warning: clean(model.warning ?? ''),
		strategy: model.strategy,
		keys: `${model.usable}/${model.keys}`,
		keysTone: model.usable === 0 ? 'bad' : 'plain',
		links: model.chain.map((link, place) => ({
			name: clean(link.model),
			live: place === model.liveLink,
			out: place !== model.liveLink && (link.skipped !== undefined || link.usable === 0),
			hint: clean(
				[
					`${link.provider} ${link.usable}/${link.keys}`,
					place === model.liveLink ? 'serves now' : (link.skipped ?? ''),
					link.backAt === undefined ? '' : `back in ${duration(link.backAt - now)}`,
				]
					.filter(Boolean)
					.join(' · '),
			),
		})),
		served: live === undefined ? 'nobody' : model.liveLink === 0 ? 'itself' : clean(live.model),
		servedTone: live === undefined ? 'bad' : model.liveLink === 0 ? 'plain' : 'warn',
		picks: count(model.picks),
		shares: sharesOf(model),
	};
}

function sharesOf(model: ModelView): ModelRow['shares'] {
	return model.shares
		.filter((share) => (share.share ?? 0) > 0)
		.toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0))
		.map((share) => ({
			kid: share.kid,
			label: clean(share.label),
			share: share.share ?? 0,
			words: clean(`${share.label}: ${percent(share.share)}, ${count(share.picks)} picks`),
		}));
}
