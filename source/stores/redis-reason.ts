/** Said by the client, in its own words, when a call never left. */
const neverLeft = /isn't (writeable|ready)/;

/** Whether a call that failed may have been carried out: only an answer, or a call that never left, says that it was not. */
export function mayHaveRun(error: unknown): boolean {
	return !(error instanceof Error) || (error.name !== 'ReplyError' && !neverLeft.test(error.message));
}

/** Only the words of an error: its arguments are not to be seen in a log. */
export function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return 'unknown';
	const cause = causeOf(error);
	if (cause !== undefined) return reasonOf(cause);
	const text = error.message.split('\n')[0]?.slice(0, 160) || error.name;
	if (neverLeft.test(text)) return 'it is connecting or loading its data';
	if (/^Reached the max retries/.test(text)) return 'the connection was closed';
	return text.replace(/^All sentinels are unreachable\..*?(?: Last error: (.*))?$/, (_, last = 'unreachable') => {
		return `no sentinel tells the master: ${last}`;
	});
}

/** What is told of several: the first of them; of all nodes of a cluster: what the last one said. */
function causeOf(error: Error): unknown {
	if (error instanceof AggregateError) return error.errors[0];
	return 'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError : undefined;
}
