import type {Alert} from '../../domain/alert.ts';
import type {KeyView, ProviderView} from '../../engine/snapshot.ts';

/** What a colour means; never the only thing that says so. */
export type Tone = 'plain' | 'quiet' | 'good' | 'warn' | 'bad' | 'rest';

/** Shapes that tell states apart without colour; the terminal's `● ◐ ◷ ✗ ! ? ⊘ ✓`. */
export type Shape = 'dot' | 'half' | 'clock' | 'cross' | 'bang' | 'question' | 'off' | 'check';

export type Sign = {readonly shape: Shape; readonly tone: Tone};

export function keySign(key: KeyView, provider: ProviderView | undefined): Sign {
	switch (key.trouble) {
		case 'needs-you':
			return {shape: 'cross', tone: 'bad'};
		case 'resting':
			return {shape: 'clock', tone: 'rest'};
		case 'off':
			return {shape: 'off', tone: 'quiet'};
		case 'unknown':
			return {shape: 'question', tone: 'quiet'};
		case 'serving':
			if (provider?.condition === 'last-key' || provider?.condition === 'down') return {shape: 'bang', tone: 'warn'};
			return {shape: key.grade === 'call' ? 'dot' : 'half', tone: 'good'};
	}
}

export const conditionSigns: Readonly<Record<ProviderView['condition'], Sign>> = {
	dry: {shape: 'cross', tone: 'bad'},
	down: {shape: 'bang', tone: 'bad'},
	'last-key': {shape: 'bang', tone: 'warn'},
	reduced: {shape: 'half', tone: 'warn'},
	unknown: {shape: 'question', tone: 'quiet'},
	ok: {shape: 'check', tone: 'good'},
};

export function alertSign(alert: Alert): Sign {
	if (alert.state === 'resolved') return {shape: 'check', tone: 'quiet'};
	if (alert.state === 'pending') return {shape: 'question', tone: 'quiet'};
	if (alert.severity === 'critical' || alert.severity === 'high') return {shape: 'cross', tone: 'bad'};
	return {shape: 'bang', tone: alert.severity === 'medium' ? 'warn' : 'plain'};
}
