import type {Tone} from '../../components/theme.ts';
import type {Severity} from '../domain/alert.ts';
import type {KeyView, ModelView, ProviderView, Snapshot, Trouble} from '../engine/snapshot.ts';
import {age, duration, money, percent, plural} from '../format.ts';

const troubleOrder: readonly Trouble[] = ['needs-you', 'resting', 'serving', 'unknown', 'off'];

/** Keys with trouble first, otherwise in the order of the picture. */
export function troubleFirst(keys: readonly KeyView[]): readonly KeyView[] {
	return [...keys].sort((one, other) => troubleOrder.indexOf(one.trouble) - troubleOrder.indexOf(other.trouble));
}

/** Time left while it rests, else the state in a word. */
export function stateOf(key: KeyView, now: number): string {
	return key.trouble === 'resting' && key.until !== undefined ? duration(key.until - now) : key.word;
}

/** Credit left where the vendor tells it, else the share left of the tightest limit. */
export function headroomOf(key: KeyView): string {
	if (key.balance !== undefined) return `${money(key.balance.amount, key.balance.currency)} left`;
	return key.headroom === undefined ? 'not told' : percent(key.headroom);
}

/** The best proof that stands and its age: `call 4s`. */
export function provenOf(key: KeyView, now: number): string {
	const at = {none: undefined, key: key.proof.keyAt, money: key.proof.moneyAt, call: key.proof.callAt}[key.grade];
	return at === undefined ? '-' : `${key.grade} ${age(now - at)}`;
}

/** The pool of a provider: `0/3 dry, back in 1m16s`. */
export function poolOf(
	provider: ProviderView,
	now: number,
): {readonly sign: string; readonly text: string; readonly tone: Tone} {
	const share = `${provider.usable}/${provider.keys}`;
	const back = provider.backAt === undefined ? '' : `, back in ${duration(provider.backAt - now)}`;
	switch (provider.condition) {
		case 'ok':
			return {sign: '✓', text: `${share} can serve`, tone: 'good'};
		case 'reduced':
			return {sign: '!', text: `${share} can serve`, tone: 'warn'};
		case 'last-key':
			return {sign: '!', text: `${share} last key`, tone: 'warn'};
		case 'dry':
			return {sign: '✗', text: `${share} dry${back}`, tone: 'bad'};
		case 'down':
			return {sign: '✗', text: `${share} vendor down${back}`, tone: 'bad'};
		case 'unknown':
			return {sign: '?', text: `${share} not asked yet`, tone: 'quiet'};
	}
}

/** How many keys there are and how they fare: `15 keys: 11 can serve, 2 need you, 2 rest`. */
export function tally(snapshot: Snapshot): string {
	const number = (trouble: Trouble): number => snapshot.keys.filter((key) => key.trouble === trouble).length;
	const parts: readonly [number, string][] = [
		[number('serving'), 'can serve'],
		[number('needs-you'), number('needs-you') === 1 ? 'needs you' : 'need you'],
		[number('resting'), number('resting') === 1 ? 'rests' : 'rest'],
		[number('unknown'), 'not asked yet'],
		[number('off'), 'off'],
	];
	const said = parts.filter(([amount]) => amount > 0).map(([amount, words]) => `${amount} ${words}`);
	return [plural(snapshot.keys.length, 'key'), ...(said.length === 0 ? [] : [said.join(', ')])].join(': ');
}

/** The chain with the link that serves now in brackets: `gpt-4o → [gpt-4-turbo] → gemini-pro`. */
export function chainOf(model: ModelView): string {
	return model.chain.map((link, place) => (place === model.liveLink ? `[${link.model}]` : link.model)).join(' → ');
}

/** The colour of an alert. */
export function severityTone(severity: Severity): Tone {
	return severity === 'critical' || severity === 'high' ? 'bad' : severity === 'medium' ? 'warn' : 'plain';
}
