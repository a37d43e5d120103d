// The start of a real key with nothing but filler after it: `sk-ant-api03-xxxxx`, `AIza…`, `xxxxx`.
const filler = /^(sk-(ant-(api\d\d-)?|proj-|svcacct-|or-(v1-)?)?|AIza|AQ\.|gsk_|tgp_v1_)?[x*.…_-]+$/i;

// Whole texts people and templates put where a key belongs.
const words =
	/^(((api[-_]?)?key|token|secret)[-_]?\d{0,2}|change[-_ ]?(me|this)|replace[-_ ]?(me|this)|(insert|enter|paste|put|add|fill)[-_ ].*|my[-_]?(api[-_]?)?key|placeholder|todo|tbd|none|null|undefined|dummy|example|test)$/i;

// `your-key`, `YOUR_OPENAI_KEY_HERE`, `sk-your-key-here`, `<key>`, and variables nobody expanded.
const forms: readonly RegExp[] = [
	/(^|[-_])your[-_ ]/i,
	/^<.*>$/,
	/^\$\{?\w+\}?$/,
	/^\{\{.*\}\}$/,
	/(^|[-_])(key|placeholder)[-_]here$/i,
];

/** Whether a text stands where a key is still to come. Expects the text without white space around it. */
export function isPlaceholder(text: string): boolean {
	return text === '' || filler.test(text) || words.test(text) || forms.some((form) => form.test(text));
}
