import {maskOf, Secret} from '../secret.ts';
import {isReference} from '../secrets/index.ts';
import type {Environment} from './environment.ts';
import {isKeyName, keyNamesOf} from './key-names.ts';
import {isPlaceholder} from './placeholder.ts';
import type {RawKey} from './raw-key.ts';
import type {Note} from './settings.ts';
import {shownText} from './shown-value.ts';
import {nearest} from './suggestion.ts';

/** What stands in the variables of every provider, in pool order. */
export function environmentKeys(
	environment: Environment,
	providers: Iterable<string>,
	writableByOthers: boolean,
): readonly RawKey[] {
	const raw: RawKey[] = [];
	for (const provider of providers) {
		for (const {name, list} of keyNamesOf(provider)) {
			const [found, ...lost] = environment.all(name);
			if (found === undefined) continue;
			const texts = splitList(found.text);
			const shadows = lost.map((other) => `${other.where}: ${shadowed(other.text)}`);
			texts.forEach((text, index) => {
				raw.push({
					provider,
					text: new Secret(text),
					label: list || texts.length > 1 ? `${name}[${index}]` : name,
					source: found.source,
					origin: found.origin,
					place: found.place,
					holder: `${name} in ${found.place}`,
					writableByOthers: writableByOthers && found.origin === '.env',
					...(shadows.length === 0 ? {} : {shadows}),
				});
			});
		}
	}
	return raw;
}

/** `a,b,c`; a comma inside `exec:["a","b"]` parts nothing, and one at the end is no empty key. */
function splitList(text: string): readonly string[] {
	if (text.startsWith('exec:')) return [text];
	const parts = text.split(',').map((part) => part.trim());
	if (parts.length > 1 && parts.at(-1) === '') parts.pop();
	return parts;
}

function shadowed(text: string): string {
	const parts = splitList(text);
	if (parts.length > 1) return `${parts.length} keys`;
	return isReference(text) || isPlaceholder(text) ? 'no key itself' : maskOf(text);
}

const looksLikeKeyName = /_API_?KEYS?_?\d*$/i;

/** Names in the `.env` that look as if they held keys, but are read by nobody; and names that stand twice. */
export function nameNotes(environment: Environment, known: ReadonlySet<string>, source: string): readonly Note[] {
	const notes: Note[] = [];
	for (const {name, line, earlier} of environment.fileLines()) {
		if (earlier.length > 0 && (isKeyName(name) || known.has(name))) {
			const lines = [...earlier, line].join(' and ');
			notes.push({kind: 'duplicate', text: `${name} stands on lines ${lines} of ${source}; only the last one counts.`});
		}
		if (known.has(name) || isKeyName(name)) continue;
		const own = name.startsWith('KEYDECK_');
		if (!own && !looksLikeKeyName.test(name)) continue;
		notes.push(unknownName(name, `${source} line ${line}`, known));
	}
	for (const name of environment.processNames('KEYDECK_')) {
		if (!known.has(name)) notes.push(unknownName(name, 'the environment', known));
	}
	return notes;
}

function unknownName(name: string, place: string, known: Iterable<string>): Note {
	const meant = nearest(name, known);
	const advice = meant === undefined ? '' : ` Did you mean ${meant}?`;
	return {kind: 'unknown-name', text: `${shownText(name)} in ${place} is not a name keydeck reads.${advice}`};
}
