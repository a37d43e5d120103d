import {guessProvider} from '../domain/key-shape.ts';
import {builtInProviders, suggestedKeyName} from './key-names.ts';
import {isPlaceholder} from './placeholder.ts';

/** What a text in the place of a key is; sentences go without its name, which the caller puts first. */
export type Judgement =
	| {readonly kind: 'placeholder'}
	/** No key at all; the rule it breaks. */
	| {readonly kind: 'refused'; readonly rule: string}
	/** Somebody else's key: sending it would disclose it. */
	| {readonly kind: 'misplaced'; readonly sentence: string}
	/** `doubt`: it looks like another vendor's, without certainty. */
	| {readonly kind: 'usable'; readonly doubt?: string};

/** Judges a text found where a key of `provider` belongs. */
export function judgeKey(text: string, provider: string): Judgement {
	if (isPlaceholder(text)) return {kind: 'placeholder'};
	const fault = characterFault(text);
	if (fault !== undefined) return {kind: 'refused', rule: `${fault}; a key is 8 to 512 printable ASCII characters`};
	const {provider: maker, certain, admin} = guessProvider(text);
	if (maker === undefined) return {kind: 'usable'};
	if (admin) {
		const sentence = `is an admin key of ${maker}: it cannot make calls and is not sent. Make an ordinary key.`;
		return {kind: 'misplaced', sentence};
	}
	if (maker === provider) return {kind: 'usable'};
	const looks = `looks like a key of ${maker}`;
	if (certain) return {kind: 'misplaced', sentence: `${looks} and is not sent to ${provider}. ${moveAdvice(maker)}`};
	// A provider of the user's own may make keys of any look.
	if (!builtInProviders.includes(provider)) return {kind: 'usable'};
	return {kind: 'usable', doubt: `${looks}; it is used for ${provider}, as written.`};
}

function characterFault(text: string): string | undefined {
	if (/[\r\n]/.test(text)) return 'holds a line break';
	if (/\p{Cc}/u.test(text)) return 'holds a control character';
	if (/[^ -~]/.test(text)) return 'holds a character that is not ASCII';
	if (text.includes(' ')) return 'holds a space';
	if (text.length < 8) return 'is too short';
	return text.length > 512 ? 'is too long' : undefined;
}

function moveAdvice(maker: string): string {
	if (!builtInProviders.includes(maker)) return `keydeck does not know ${maker}: take it out.`;
	return `Move it to ${suggestedKeyName(maker)}.`;
}
