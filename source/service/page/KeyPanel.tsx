import type {JSX} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import type {KeyHistory} from '../../engine/deck.ts';
import type {KeyView, Snapshot} from '../../engine/snapshot.ts';
import {clean, plural} from '../../format.ts';
import {Icon} from './Icon.tsx';
import {KeyPanelActions} from './KeyPanelActions.tsx';
import {type Fact, identityFacts, limitBars, reasonFacts, verdictLines} from './key-detail.ts';
import {groupTitles} from './key-table.ts';
import type {Session} from './session.ts';
import {keySign} from './signs.ts';
import type {Question} from './view.ts';

type Props = {
	readonly session: Session;
	readonly snapshot: Snapshot;
	readonly keyView: KeyView;
	readonly now: number;
	readonly question: Question | undefined;
	readonly onQuestion: (question: Question | undefined) => void;
	readonly onClose: () => void;
};

/** Everything about one key, beside the table. */
export function KeyPanel(props: Props): JSX.Element {
	const {session, snapshot, keyView: key, now, onClose} = props;
	const history = useHistory(session, key);
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => heading.current?.focus({preventScroll: true}), []);
	const sign = keySign(
		key,
		snapshot.providers.find((provider) => provider.name === key.provider),
	);
	const size = snapshot.keys.filter((each) => each.provider === key.provider).length;
	return (
		<aside class="drawer" aria-label={`Key ${clean(key.label)}`}>
			<header>
				<div>
					<h2 ref={heading} tabIndex={-1}>
						{clean(key.label)}
					</h2>
					<p class="quiet">
						{key.provider} · key {key.index} of {size}
					</p>
				</div>
				<button type="button" class="plain" onClick={onClose} aria-label="Close the detail" title="Esc">
					✕
				</button>
			</header>
			<p class={`headline ${sign.tone}`}>
				<Icon sign={sign} />
				<b>{groupTitles.find(({trouble}) => trouble === key.trouble)?.title}</b>
				<span>{clean(key.word)}</span>
			</p>
			<KeyPanelActions {...props} />
			<Facts facts={reasonFacts(key, now)} />
			<hr />
			<Facts facts={identityFacts(key, now)} />
			<Limits keyView={key} now={now} />
			<Verdicts history={history} now={now} />
		</aside>
	);
}

/** The last verdicts, read anew whenever the key has had another one. */
function useHistory(session: Session, key: KeyView): KeyHistory | 'unread' | undefined {
	const [history, setHistory] = useState<KeyHistory | 'unread'>();
	const newest = `${key.kid} ${key.lastCheck?.at} ${key.state.kind} ${session.state.kind}`;
	// biome-ignore lint/correctness/useExhaustiveDependencies: the newest verdict says when to read anew.
	useEffect(() => {
		let wanted = true;
		session.history(key.kid).then(
			(read) => {
				if (wanted) setHistory(read);
			},
			// What was read before stays.
			() => setHistory((read) => read ?? 'unread'),
		);
		return () => {
			wanted = false;
		};
	}, [newest, session, key.kid]);
	return history === 'unread' || history?.kid === key.kid ? history : undefined;
}

function Facts({facts}: {readonly facts: readonly Fact[]}): JSX.Element {
	return (
		<dl class="facts">
			{facts.map(({title, text}) => (
				<div key={title} class={title === 'Do' ? 'do' : ''}>
					<dt>{title}</dt>
					<dd>{text}</dd>
				</div>
			))}
		</dl>
	);
}

function Limits({keyView, now}: {readonly keyView: KeyView; readonly now: number}): JSX.Element {
	const bars = limitBars(keyView, now);
	return (
		<section>
			<h3>Limits</h3>
			{bars.length === 0 ? <p class="quiet">None told by the vendor and none configured.</p> : null}
			{bars.map((bar) => (
				<div key={bar.id} class="limit">
					<span>{bar.name}</span>
					<span class="quiet">{bar.words}</span>
					{bar.used === undefined ? null : <meter min={0} max={1} high={0.9} value={bar.used} aria-label={bar.name} />}
				</div>
			))}
		</section>
	);
}

type VerdictsProps = {readonly history: KeyHistory | 'unread' | undefined; readonly now: number};

function Verdicts({history: read, now}: VerdictsProps): JSX.Element {
	const history = read === 'unread' ? undefined : read;
	return (
		<section class="verdicts">
			<h3>Last verdicts</h3>
			{history === undefined ? (
				<p class="quiet">{read === 'unread' ? 'They cannot be read right now.' : 'Reading…'}</p>
			) : null}
			<ol>
				{verdictLines(history?.entries ?? [], now).map((line) => (
					<li key={line.id}>
						<time>{line.time}</time>
						<span class="from">{line.from}</span>
						<b class={line.tone}>{line.verdict}</b>
						<span class="took">{line.took}</span>
						<span class="evidence">
							{line.evidence}
							{line.effect === '' ? null : <i> → {line.effect}</i>}
						</span>
					</li>
				))}
			</ol>
			{history !== undefined && history.more > 0 ? <p class="quiet">{plural(history.more, 'older verdict')}</p> : null}
			{history?.entries.length === 0 ? <p class="quiet">None yet.</p> : null}
		</section>
	);
}
