import type {JSX} from 'preact';
import type {Snapshot} from '../../engine/snapshot.ts';
import {strategyNames} from '../../strategies/strategy.ts';
import {type ModelRow, modelRows} from './model-list.ts';
import type {Session} from './session.ts';

type Props = {readonly session: Session; readonly snapshot: Snapshot; readonly now: number};

/** Who serves each model now, and how its calls are shared out. */
export function ModelTable({session, snapshot, now}: Props): JSX.Element {
	const {used, unused} = modelRows(snapshot, now);
	return (
		<section class="panel models" id="models" aria-label="Models">
			<div class="tools">
				<h2>
					Models <small>{used.length} in use</small>
				</h2>
			</div>
			{used.length === 0 ? (
				<p class="none">Nobody has asked for a model yet.</p>
			) : (
				<Rows rows={used} session={session} />
			)}
			{unused.length === 0 ? null : (
				<details>
					<summary>{unused.length} not asked for yet</summary>
					<Rows rows={unused} session={session} />
				</details>
			)}
		</section>
	);
}

function Rows({rows, session}: {readonly rows: readonly ModelRow[]; readonly session: Session}): JSX.Element {
	return (
		<div class="scroll wide">
			<table>
				<thead>
					<tr>
						<th scope="col">Model</th>
						<th scope="col">Strategy</th>
						<th scope="col">Keys</th>
						<th scope="col">Served by</th>
						<th scope="col">Chain</th>
						<th scope="col" class="number">
							Picks
						</th>
						<th scope="col">Shares</th>
					</tr>
				</thead>
				<tbody>
					{rows.map((row) => (
						<Row key={row.name} row={row} session={session} />
					))}
				</tbody>
			</table>
		</div>
	);
}

function Row({row, session}: {readonly row: ModelRow; readonly session: Session}): JSX.Element {
	return (
		<tr>
			<td>
				<b title={row.warning}>{row.name}</b>
				<span class="second" title={row.warning}>
					{row.upstream}
				</span>
			</td>
			<td>
				<select
					aria-label={`Strategy of ${row.name}`}
					value={row.strategy}
					onChange={(event) => {
						const chosen = strategyNames.find((name) => name === event.currentTarget.value);
						// The engine decides: until its next picture the old one stands.
						event.currentTarget.value = row.strategy;
						if (chosen !== undefined) void session.setStrategy(row.name, chosen);
					}}
				>
					{strategyNames.map((name) => (
						<option key={name} value={name}>
							{name}
						</option>
					))}
				</select>
			</td>
			<td class={row.keysTone}>{row.keys}</td>
			<td class={row.servedTone}>{row.served}</td>
			<td class="chain">
				{row.links.map((link) => (
					<span key={link.name} class={link.live ? 'link live' : link.out ? 'link out' : 'link'} title={link.hint}>
						{link.live ? '▸ ' : ''}
						{link.name}
					</span>
				))}
			</td>
			<td class="number">{row.picks}</td>
			<td>
				<Shares row={row} />
			</td>
		</tr>
	);
}

function Shares({row}: {readonly row: ModelRow}): JSX.Element {
	if (row.shares.length === 0) return <span class="quiet">-</span>;
	return (
		<span class="shares" role="img" aria-label={row.shares.map(({words}) => words).join('; ')}>
			{row.shares.map(({kid, share, words}) => (
				<span key={kid} title={words} style={{flexGrow: Math.max(0.01, share)}} />
			))}
		</span>
	);
}
