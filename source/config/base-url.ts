/** What a base URL must be; the words of the problem when it is not. */
export const baseUrlRule = 'must be an http or https URL without user, password, query and fragment';

/** The URL without a slash at its end; undefined when it breaks the rule. */
export function readBaseUrl(text: string): string | undefined {
	// URL would repair these silently, and a repaired destination is not the one that was written.
	if (/[\s\\?#@]/.test(text) || !/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return undefined;
	return text.replace(/\/+$/, '');
}
