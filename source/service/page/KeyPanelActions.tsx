import type {JSX} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import type {KeyView, Snapshot} from '../../engine/snapshot.ts';
import {clean, money} from '../../format.ts';
import {isLastUsable} from './key-detail.ts';
import type {Session} from './session.ts';
import type {Question} from './view.ts';

type Props = {
	readonly session: Session;
	readonly snapshot: Snapshot;
	readonly keyView: KeyView;
	readonly question: Question | undefined;
	readonly onQuestion: (question: Question | undefined) => void;
};

export function KeyPanelActions({session, snapshot, keyView: key, question, onQuestion}: Props): JSX.Element {
	const disabled = key.state.kind === 'disabled';
	return (
		<div class="actions">
			<button type="button" onClick={() => session.test([key.kid])} title="t">
				Test now, free
			</button>
			<button type="button" onClick={() => onQuestion('deep-test')} title="D">
				Prove with one call…
			</button>
			<button type="button" onClick={() => switchKey(session, snapshot, key, onQuestion)} title="d">
				{disabled ? 'Enable' : 'Disable'}
			</button>
			{question === 'disable' ? (
				<Ask
					text={`It is the last key ${key.provider} can use: the pool runs dry until you enable one again.`}
					yes="Disable it"
					onYes={() => session.setDisabled(key, true)}
					onDone={() => onQuestion(undefined)}
				/>
			) : null}
			{question === 'deep-test' ? (
				<DeepTestQuestion key={key.kid} session={session} keyView={key} onDone={() => onQuestion(undefined)} />
			) : null}
		</div>
	);
}

/** Disables or enables a key; asks first where its pool would run dry. */
export function switchKey(
	session: Session,
	snapshot: Snapshot,
	key: KeyView,
	ask: (question: Question) => void,
): Promise<void> {
	const disabled = key.state.kind === 'disabled';
	if (!disabled && isLastUsable(key, snapshot)) {
		ask('disable');
		return Promise.resolve();
	}
	return session.setDisabled(key, !disabled);
}

type DeepTestProps = {readonly session: Session; readonly keyView: KeyView; readonly onDone: () => void};

function DeepTestQuestion({session, keyView: key, onDone}: DeepTestProps): JSX.Element {
	const [price, setPrice] = useState('asking the price…');
	useEffect(() => {
		session.price(key.kid).then(
			(usd) => setPrice(usd === undefined ? 'price unknown' : `at most ${money(usd)}`),
			() => setPrice('price unknown'),
		);
	}, [session, key.kid]);
	return (
		<Ask
			text={`Sends one real call with ${clean(key.label)}: ${price}.`}
			yes="Send it"
			onYes={() => session.test([key.kid], true)}
			onDone={onDone}
		/>
	);
}

type AskProps = {
	readonly text: string;
	readonly yes: string;
	readonly onYes: () => Promise<void>;
	readonly onDone: () => void;
};

function Ask({text, yes, onYes, onDone}: AskProps): JSX.Element {
	const act = (): void => {
		onDone();
		void onYes();
	};
	return (
		<fieldset class="question" aria-label="Please confirm">
			<p>{text}</p>
			<button type="button" onClick={onDone}>
				Cancel
			</button>
			<button type="button" class="strong" onClick={act}>
				{yes}
			</button>
		</fieldset>
	);
}
