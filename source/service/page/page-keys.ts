/** What a key press asks for. */
export type Intent =
	| {readonly kind: 'move'; readonly by: number}
	| {
			readonly kind:
				| 'first'
				| 'last'
				| 'filter'
				| 'close'
				| 'open'
				| 'test'
				| 'deep-test'
				| 'switch'
				| 'theme'
				| 'help';
	  };

type Binding = {
	readonly keys: readonly string[];
	readonly intent: Intent;
	readonly shown: string;
	readonly does: string;
};

/** Every shortcut of the page, where it is read and where it is explained. */
export const bindings: readonly Binding[] = [
	{keys: ['j', 'J', 'ArrowDown'], intent: {kind: 'move', by: 1}, shown: 'j ↓', does: 'next key'},
	{keys: ['k', 'K', 'ArrowUp'], intent: {kind: 'move', by: -1}, shown: 'k ↑', does: 'previous key'},
	{keys: ['PageDown'], intent: {kind: 'move', by: 10}, shown: 'PgDn', does: 'ten on'},
	{keys: ['PageUp'], intent: {kind: 'move', by: -10}, shown: 'PgUp', does: 'ten back'},
	{keys: ['g', 'Home'], intent: {kind: 'first'}, shown: 'g', does: 'first key'},
	{keys: ['G', 'End'], intent: {kind: 'last'}, shown: 'G', does: 'last key'},
	{keys: ['Enter'], intent: {kind: 'open'}, shown: 'Enter', does: 'detail'},
	{keys: ['Escape'], intent: {kind: 'close'}, shown: 'Esc', does: 'close, clear the filter'},
	{keys: ['/'], intent: {kind: 'filter'}, shown: '/', does: 'filter'},
	{keys: ['t'], intent: {kind: 'test'}, shown: 't', does: 'test the key, free'},
	{keys: ['D'], intent: {kind: 'deep-test'}, shown: 'D', does: 'one-token test, price first'},
	{keys: ['d'], intent: {kind: 'switch'}, shown: 'd', does: 'disable or enable it'},
	{keys: ['m'], intent: {kind: 'theme'}, shown: 'm', does: 'dark or light'},
	{keys: ['?'], intent: {kind: 'help'}, shown: '?', does: 'these keys'},
];

type Press = {
	readonly key: string;
	readonly ctrlKey: boolean;
	readonly metaKey: boolean;
	readonly altKey: boolean;
	/** In a field, a letter is a letter. */
	readonly typing: boolean;
	/** On a button or link, Enter and Home are its own. */
	readonly onControl: boolean;
};

/** What this press asks for; undefined leaves it to the browser. */
export function intentOf(press: Press): Intent | undefined {
	if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
	if (press.typing && press.key !== 'Escape') return undefined;
	if (press.onControl && press.key === 'Enter') return undefined;
	return bindings.find(({keys}) => keys.includes(press.key))?.intent;
}

/** The key that is marked after moving; an unknown one counts as standing before the first. */
export function movedMark(kids: readonly string[], marked: string | undefined, by: number): string | undefined {
	if (kids.length === 0) return undefined;
	const place = marked === undefined ? -1 : kids.indexOf(marked);
	if (place === -1) return by >= 0 ? kids[0] : kids.at(-1);
	return kids[Math.min(kids.length - 1, Math.max(0, place + by))];
}
