import type {JSX} from 'preact';
import type {Snapshot} from '../../engine/snapshot.ts';
import {Icon} from './Icon.tsx';
import {pools, tiles} from './overview.ts';

/** The deck in six figures. */
export function Tiles({snapshot, now}: {readonly snapshot: Snapshot; readonly now: number}): JSX.Element {
	return (
		<section class="tiles" aria-label="Summary">
			{tiles(snapshot, now).map((tile) => (
				<div key={tile.id} class={`tile ${tile.tone}`}>
					<h2>{tile.title}</h2>
					<p class={`figure ${tile.tone}`}>
						{tile.figure}
						{tile.of === undefined ? null : <small> {tile.of}</small>}
					</p>
					<p class="detail" title={tile.detail}>
						{tile.detail}
					</p>
				</div>
			))}
		</section>
	);
}

type PoolStripProps = {
	readonly snapshot: Snapshot;
	readonly now: number;
	readonly filter: string;
	/** Narrows the table to one vendor. */
	readonly onPool: (provider: string) => void;
};

/** Each vendor's pool and how it is, trouble first. */
export function PoolStrip({snapshot, now, filter, onPool}: PoolStripProps): JSX.Element {
	return (
		<section class="pools" aria-label="Providers">
			{pools(snapshot, now).map((pool) => (
				<button
					type="button"
					key={pool.name}
					class={`pool ${pool.sign.tone}`}
					title={pool.hint}
					aria-pressed={filter === pool.name}
					onClick={() => onPool(pool.name)}
				>
					<Icon sign={pool.sign} />
					<b>{pool.title}</b>
					<span class="share">{pool.share}</span>
					<span class={`words ${pool.sign.tone}`}>{pool.words}</span>
					<span class="figures">{pool.figures}</span>
				</button>
			))}
		</section>
	);
}
