import {age, clockTime, duration} from '../../format.ts';
import type {LinkState} from './deck-link.ts';
import type {Tone} from './signs.ts';

/** The connection in one or two words, for the top line. */
export function connectionWord(state: LinkState): {readonly word: string; readonly tone: Tone} {
	switch (state.kind) {
		case 'connecting':
			return {word: 'connecting', tone: 'quiet'};
		case 'live':
			return {word: 'live', tone: 'good'};
		case 'offline':
			return {word: 'disconnected', tone: 'bad'};
		case 'token':
			return {word: 'token needed', tone: 'warn'};
		case 'locked-out':
			return {word: 'locked out', tone: 'bad'};
	}
}

/** Said over the page while it is not live: `Disconnected since 12:03:44, picture 8 s old, next try in 3 s`. */
export function connectionLine(state: LinkState, now: number, pictureAt: number | undefined): string {
	const picture = pictureAt === undefined ? [] : [`picture ${age(now - pictureAt)} old`];
	switch (state.kind) {
		case 'connecting':
		case 'live':
			return '';
		case 'offline': {
			const next = state.nextTryAt === undefined ? 'trying now' : `next try in ${duration(state.nextTryAt - now)}`;
			return `${[`Disconnected since ${clockTime(state.since)}`, ...picture, state.why, next].join(' · ')}`;
		}
		case 'token':
			return ['Not connected: a token is needed', ...picture].join(' · ');
		case 'locked-out':
			return [
				`Too many wrong tokens: try again in ${duration(state.until - now)}, at ${clockTime(state.until)}`,
				...picture,
			].join(' · ');
	}
}
