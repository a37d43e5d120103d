/** Longest evidence, in characters; a table cell shows less, the detail page all of it. */
const evidenceLimit = 160;

/** Text beyond this is never looked at. */
const inputLimit = 1024;

const hidden = '[redacted]';

// Escape sequences of terminals, seven- and eight-bit: strings (OSC, DCS, SOS, PM, APC) up to their
// end or, when unterminated, to the end of the text; then control sequences; then what is left.
const esc = '\\u001b';
const terminalStrings = new RegExp(
	`(?:${esc}[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007${esc}\\u009c]*(?:\\u0007|${esc}\\\\|\\u009c)?`,
	'gu',
);
const controlSequences = new RegExp(`(?:${esc}\\[|\\u009b)[0-?]*[ -/]*[@-~]?`, 'gu');
const otherEscapes = new RegExp(`${esc}[ -/]*[0-~]?`, 'gu');
/** Direction marks, zero-width and other characters that show nothing, and halves of pairs. */
const invisible = /[\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;
const controls = /[\p{Cc}\s]+/gu;

// Vendors echo parts of the key, and a caller's mistake may put a whole one into any field.
const keyLike: readonly RegExp[] = [
	/\bbearer\s+\S+/giu,
	/(?<=\b(?:key|token|secret|authorization)(?: provided)?["']?\s*[=:]\s*["']?)[^\s"',;&]{6,}/giu,
	/\b(?:sk|pk|rk|xai|pplx)-[\w*.\u2026-]+/giu,
	/\b(?:gsk|hf|tgp|key|sess)_[\w*-]{8,}/giu,
	/\bAIza[\w*-]+/gu,
	/\bAQ\.[\w*-]+/gu,
	/[\w-]*\*{2,}[\w*-]*/gu,
	/(?=[\w+/=-]*[0-9])(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*[a-z])[\w+/=-]{24,}/gu,
	/[A-Za-z0-9]{20,}/gu,
];

/**
 * Text of a vendor made fit for people's screens: one line without control, escape, direction and
 * invisible characters, nothing in it that looks like a key, at most `limit` characters.
 */
export function plainText(text: string, limit: number = evidenceLimit): string {
	let plain = text
		.slice(0, inputLimit)
		.replace(terminalStrings, '')
		.replace(controlSequences, '')
		.replace(otherEscapes, '')
		.replace(invisible, '')
		.replace(controls, ' ')
		.trim();
	for (const pattern of keyLike) plain = plain.replace(pattern, hidden);
	const characters = [...plain];
	return characters.length <= limit
		? plain
		: `${characters
				.slice(0, limit - 1)
				.join('')
				.trimEnd()}…`;
}

/** The first sentence, without its full stop: vendors add advice and links that say no more. */
export function firstSentence(text: string): string {
	return (
		text
			.slice(0, inputLimit)
			.split(/(?<=[.!?])\s/u, 1)[0]
			?.replace(/\.$/u, '') ?? ''
	);
}

/** An identifier of the vendor (error code, request id, organisation); undefined when it is anything else. */
export function identifier(text: string | undefined, limit = 100): string | undefined {
	return text !== undefined && text.length <= limit && /^[\w.:/-]+$/u.test(text) ? text : undefined;
}
