import type {Key} from 'ink';

/**
 * One key press by name: a printable character is itself (`j`, `J`, `/`), others are `Enter`, `Esc`,
 * `Tab`, `Shift-Tab`, `Up`, `Down`, `Left`, `Right`, `PgUp`, `PgDn`, `Home`, `End`, `Backspace`, `Ctrl-X`.
 */
export type KeyPress = string;

const named: readonly (readonly [keyof Key, KeyPress])[] = [
	['upArrow', 'Up'],
	['downArrow', 'Down'],
	['leftArrow', 'Left'],
	['rightArrow', 'Right'],
	['pageUp', 'PgUp'],
	['pageDown', 'PgDn'],
	['home', 'Home'],
	['end', 'End'],
	['return', 'Enter'],
	['escape', 'Esc'],
	['backspace', 'Backspace'],
	['delete', 'Backspace'],
];

const controls: Readonly<Record<string, KeyPress>> = {
	'\r': 'Enter',
	'\n': 'Enter',
	'\t': 'Tab',
	'\u001b': 'Esc',
	'\u007f': 'Backspace',
	'\b': 'Backspace',
};

/** Ink hands over what one read gave: several keys when typed or pasted fast. One press each, in order. */
export function keyPresses(input: string, key: Key): readonly KeyPress[] {
	if (key.eventType === 'release') return [];
	for (const [flag, press] of named) if (key[flag] === true && input.length <= 1) return [press];
	if (key.tab) return [key.shift ? 'Shift-Tab' : 'Tab'];
	if (key.ctrl && input.length === 1) return [`Ctrl-${input.toUpperCase()}`];
	if (key.meta || key.super || key.hyper) return [];
	return Array.from(input, pressOf).filter((press) => press !== '');
}

function pressOf(character: string): KeyPress {
	const control = controls[character];
	if (control !== undefined) return control;
	const code = character.charCodeAt(0);
	if (code < 0x20) return `Ctrl-${String.fromCharCode(code + 0x40)}`;
	return code < 0x80 || code > 0x9f ? character : '';
}

/** Whether the press types a character, as a filter takes it. */
export function isPrintable(press: KeyPress): boolean {
	return [...press].length === 1;
}
