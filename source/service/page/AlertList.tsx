import type {JSX} from 'preact';
import {useRef} from 'preact/hooks';
import type {Snapshot} from '../../engine/snapshot.ts';
import {type AlertCard, alertCards, newlyFiring, spokenAlert} from './alert-list.ts';
import {Icon} from './Icon.tsx';
import type {Session} from './session.ts';

const silences = [
	{forMs: 15 * 60_000, title: '15 min'},
	{forMs: 3_600_000, title: '1 h'},
	{forMs: 8 * 3_600_000, title: '8 h'},
] as const;

type Props = {
	readonly session: Session;
	readonly snapshot: Snapshot;
	readonly now: number;
	/** Shows the key or the pool it is about. */
	readonly onSubject: (alert: AlertCard) => void;
};

/** What is wrong, who has taken it on, and what to do. */
export function AlertList({session, snapshot, now, onSubject}: Props): JSX.Element {
	const {open, resolved} = alertCards(snapshot.alerts, now);
	return (
		<section class="panel alerts" id="alerts" aria-label="Alerts">
			<div class="tools">
				<h2>
					Alerts <small>{open.length === 0 ? 'none open' : `${open.length} open`}</small>
				</h2>
			</div>
			<div class="scroll">
				{open.length === 0 ? <p class="none">Nothing is wrong right now.</p> : null}
				<ul>
					{open.map((card) => (
						<Card key={card.id} card={card} session={session} onSubject={onSubject} />
					))}
				</ul>
				{resolved.length === 0 ? null : (
					<details>
						<summary>{resolved.length} resolved</summary>
						<ul>
							{resolved.slice(0, 30).map((card) => (
								<Card key={card.id} card={card} session={session} onSubject={onSubject} />
							))}
						</ul>
					</details>
				)}
			</div>
		</section>
	);
}

type CardProps = {
	readonly card: AlertCard;
	readonly session: Session;
	readonly onSubject: Props['onSubject'];
};

function Card({card, session, onSubject}: CardProps): JSX.Element {
	return (
		<li class={`alert ${card.sign.tone}`}>
			<p class="meta">
				<Icon sign={card.sign} />
				<b class={card.sign.tone}>{card.severity}</b>
				<span class="state">{card.state}</span>
				<time title={`since ${card.sinceAt}`}>{card.since}</time>
			</p>
			<button
				type="button"
				class={`what ${card.sign.tone}`}
				onClick={() => onSubject(card)}
				title="Show it in the table"
			>
				{card.what}
			</button>
			<p class="advice">{card.advice}</p>
			{card.mayAcknowledge || card.maySilence ? (
				<p class="does">
					{card.mayAcknowledge ? (
						<button type="button" onClick={() => session.acknowledge(card.id)}>
							Acknowledge
						</button>
					) : null}
					{card.maySilence ? <span class="quiet">Silence</span> : null}
					{card.maySilence
						? silences.map(({forMs, title}) => (
								<button
									type="button"
									key={title}
									aria-label={`Silence for ${title}`}
									onClick={() => session.silence(card.id, forMs)}
								>
									{title}
								</button>
							))
						: null}
				</p>
			) : null}
		</li>
	);
}

/** Reads new alerts out to those who cannot see them; what was there at the beginning is not news. */
export function AlertVoice({snapshot}: {readonly snapshot: Snapshot | undefined}): JSX.Element {
	const known = useRef<ReadonlySet<string> | undefined>(undefined);
	const spoken = useRef('');
	if (snapshot !== undefined) {
		const fresh = known.current === undefined ? [] : newlyFiring(known.current, snapshot.alerts);
		if (fresh.length > 0) spoken.current = fresh.map(spokenAlert).join(' ');
		known.current = new Set(snapshot.alerts.filter(({state}) => state === 'firing').map(({id}) => id));
	}
	return (
		<p class="unseen" aria-live="assertive">
			{spoken.current}
		</p>
	);
}
