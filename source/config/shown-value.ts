import {guessProvider} from '../domain/key-shape.ts';
import {maskOf} from '../secret.ts';

/** Runs no name of a model, provider or setting has: 20 letters and digits, or 12 that mix both. */
const longRun = /[A-Za-z0-9]{20,}|(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{12,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/;

const longest = 60;

/**
 * A text from outside as it may be shown in a problem or a setting. People paste keys into the wrong place, so
 * whatever might be one is masked; control characters are taken out, and the length is bounded.
 */
export function shownText(text: string): string {
	if (guessProvider(text).provider !== undefined || longRun.test(text) || text.length > longest)
		return maskOf(printable(text));
	return printable(text);
}

/** Any value from outside for a problem: `"fast"`, `0 (number)`, `a list`. */
export function shownValue(value: unknown): string {
	if (value === undefined) return 'nothing';
	if (value === null) return 'null';
	if (typeof value === 'string') return `"${value.includes('://') ? shownUrl(value) : shownText(value)}"`;
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'object') return 'an object';
	return `${String(value)} (${typeof value})`;
}

/**
 * A URL without what may be secret in it: user, password, query, and parts that look like a key. Whatever stands
 * before its last `@` counts as user and password: one that was not escaped ends elsewhere than its writer thinks.
 */
export function shownUrl(text: string): string {
	const [, scheme = '', secret = '', rest = ''] = /^([a-z+.-]*:\/\/)?(.*@)?(.*)$/is.exec(text) ?? [];
	const user = secret === '' ? '' : '…@';
	if (!URL.canParse(scheme + rest)) {
		const [host = ''] = rest.split(/[:/?#]/);
		return `${scheme}${user}${shownText(host)}${host === rest ? '' : '…'}`;
	}
	const url = new URL(scheme + rest);
	const host = url.host.split('.').map(shownText).join('.');
	const path = url.pathname === '/' ? '' : url.pathname.split('/').map(shownText).join('/');
	return `${url.protocol}//${user}${host}${path}${url.search === '' ? '' : '?…'}`;
}

/** A path of a file: whole, but for a part that is certainly a key. */
export function shownPath(path: string): string {
	return path
		.split('/')
		.map((part) => (guessProvider(part).certain ? maskOf(part) : part))
		.join('/');
}

function printable(text: string): string {
	return text.replaceAll(/[^\x20-\x7e\u00a1-\u02ff\u0370-\u05ff]/g, '?');
}
