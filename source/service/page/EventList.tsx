import type {JSX} from 'preact';
import type {Snapshot} from '../../engine/snapshot.ts';
import {clean, plural} from '../../format.ts';
import {eventLines} from './event-words.ts';

/** What was noticed while reading the configuration, and what has happened lately. */
export function EventList({snapshot}: {readonly snapshot: Snapshot}): JSX.Element {
	return (
		<section class="panel events" id="events" aria-label="Events and notes">
			{snapshot.notes.length === 0 ? null : (
				<details>
					<summary>{plural(snapshot.notes.length, 'note')} on what was read</summary>
					<ul class="notes">
						{snapshot.notes.map((note) => (
							<li key={note}>{clean(note)}</li>
						))}
					</ul>
				</details>
			)}
			<details>
				<summary>Last events</summary>
				<ol class="lines">
					{eventLines(snapshot.events, 100).map(({seq, time, words, tone}) => (
						<li key={seq}>
							<time>{time}</time> <span class={tone}>{words}</span>
						</li>
					))}
				</ol>
			</details>
		</section>
	);
}

/** A deck without a key: where was looked, and what to do. */
export function EmptyDeck({snapshot}: {readonly snapshot: Snapshot}): JSX.Element {
	return (
		<section class="panel empty">
			<h2>No key found yet</h2>
			<p>Searched, and watched from now on:</p>
			<table>
				<tbody>
					{snapshot.searched.map(({place, found, keys}) => (
						<tr key={place}>
							<td>
								<code>{clean(place)}</code>
							</td>
							<td class={keys > 0 ? 'good' : 'quiet'}>{clean(found)}</td>
						</tr>
					))}
				</tbody>
			</table>
			<p>
				Put a line such as <code>OPENAI_API_KEY=…</code> into <code>{clean(snapshot.root)}/.env</code> and save it: its
				row appears here at once. To see the deck at work without a key, run <code>keydeck demo</code>.
			</p>
		</section>
	);
}
