const most = 100_000;

/**
 * The sequence that asks a terminal to copy a text (OSC 52). Inside tmux it is wrapped so that
 * tmux passes it on. Undefined when the text is longer than terminals take (100 kB).
 */
export function copySequence(text: string, insideTmux: boolean): string | undefined {
	const encoded = Buffer.from(text, 'utf8').toString('base64');
	if (encoded.length > most) return undefined;
	const sequence = `\u001b]52;c;${encoded}\u0007`;
	return insideTmux ? `\u001bPtmux;${sequence.replaceAll('\u001b', '\u001b\u001b')}\u001b\\` : sequence;
}
