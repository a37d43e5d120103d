/** Shapes of keys with a known beginning: OpenAI and its likes, Anthropic, OpenRouter, DeepSeek, Google, Groq. */
const knownShapes = /\b(?:sk-[\w-]{12,}|AIza[\w-]{20,}|AQ\.[\w-]{20,}|gsk_\w{20,}|Bearer\s+[\w.~+/-]{12,}=*)/g;

/** A long run without a break, as keys of Mistral, Cohere and Together are. */
const longRun = /\b\w{24,}\b/g;

const shown = 4;

/** Text for people or files: what looks like a vendor's key is cut to its first characters. */
export function redact(text: string): string {
	return text.replace(knownShapes, cut);
}

/** Text nobody has checked, such as a trace or a mistyped argument: long unbroken runs are cut too. */
export function redactHard(text: string): string {
	return redact(text).replace(longRun, cut);
}

function cut(match: string): string {
	return `${match.slice(0, shown)}…`;
}
