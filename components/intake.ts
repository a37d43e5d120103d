import type {KeyView, Snapshot} from '../source/engine/snapshot.ts';
import {count, money, plural} from '../source/format.ts';
import {type DashboardState, hasUnasked, type Toast} from './dashboard-state.ts';
import type {Tone} from './theme.ts';

/** How long something said once stays on the status line. */
export const noticeMs = 8000;
const tookOverWords = 'the keydeck that ran the engine has quit: this one runs it now';
const toastMs = 3000;
/** An engine in this process gives a new picture whenever asked; one elsewhere may have nothing to tell for a while. */
const staleMs = {local: 5000, attached: 15_000, remote: 15_000} as const;

/** Takes in a new picture; a frozen screen keeps its own. Says what has changed about the deck itself. */
export function takeSnapshot(
	state: DashboardState,
	deck: {readonly snapshot: Snapshot} & Pick<DashboardState, 'attachment' | 'outage'>,
	now: number,
): DashboardState {
	const {snapshot, attachment, outage} = deck;
	const followed = {...state, attachment, outage, now};
	const next = state.frozenAt === undefined ? {...followed, snapshot} : followed;
	const tookOver = state.attachment === 'attached' && attachment === 'local';
	const remark = tookOver ? tookOverWords : snapshot.notes.find((note) => !state.snapshot.notes.includes(note));
	const told = remark === undefined ? next : {...next, notice: {text: remark, until: now + noticeMs}};
	return announced(expired(told, now), now);
}

/** Toasts and notices go when their time is over. */
function expired(state: DashboardState, now: number): DashboardState {
	const toasts = state.toasts.every((toast) => toast.until > now)
		? state.toasts
		: state.toasts.filter((toast) => toast.until > now);
	const notice = state.notice !== undefined && state.notice.until <= now ? undefined : state.notice;
	return {...state, toasts, notice};
}

/** After the first sweep one line says how it went, and then once how to prove more. */
function announced(state: DashboardState, now: number): DashboardState {
	const {announced: said, notice, snapshot} = state;
	if (said === 'all' || notice !== undefined || state.frozenAt !== undefined) return state;
	if (said === 'nothing') {
		const asked = snapshot.keys.length > 0 && snapshot.probing.sweep === undefined;
		if (!asked || hasUnasked(snapshot)) return state;
		return {...state, announced: 'sweep', notice: {text: sweepWords(snapshot), until: now + noticeMs}};
	}
	const proven = snapshot.keys.every((key) => key.grade === 'call' || key.usable !== true);
	if (said === 'proof' || proven || state.readOnly) return {...state, announced: 'all'};
	const price = state.proofPrice === undefined ? '' : `, about ${money(state.proofPrice)}`;
	return {
		...state,
		announced: 'proof',
		notice: {text: `prove with one real call each${price}: D`, until: now + noticeMs},
	};
}

/** `15 keys: 11 good, 1 dead, 1 without credit, 2 resting: press !` */
export function sweepWords(snapshot: Snapshot): string {
	const tally = Map.groupBy(snapshot.keys, sweepWord);
	const parts = ['good', 'dead', 'without credit', 'resting', 'unknown', 'off']
		.filter((word) => tally.has(word))
		.map((word) => `${count(tally.get(word)?.length)} ${word}`);
	const troubled = ['dead', 'without credit', 'resting'].some((word) => tally.has(word));
	return `${plural(snapshot.keys.length, 'key')}: ${parts.join(', ')}${troubled ? ': press !' : ''}`;
}

function sweepWord(key: KeyView): string {
	switch (key.trouble) {
		case 'serving':
			return 'good';
		case 'needs-you':
			return key.state.kind === 'exhausted' ? 'without credit' : 'dead';
		default:
			return key.trouble;
	}
}

/** Adds a message that stays three seconds; the newest is shown. */
export function withToast(state: DashboardState, text: string, tone: Tone): DashboardState {
	const toast: Toast = {id: (state.toasts.at(-1)?.id ?? 0) + 1, text, tone, until: state.now + toastMs};
	return {...state, toasts: [...state.toasts.slice(-4), toast]};
}

/** Age of the picture in ms when it is out of date, else undefined. */
export function staleness(state: DashboardState): number | undefined {
	const behind = state.now - state.snapshot.takenAt;
	if (state.outage !== undefined) return Math.max(0, behind);
	return state.frozenAt === undefined && behind > staleMs[state.attachment] ? behind : undefined;
}
