import {once} from 'node:events';
import {createInterface} from 'node:readline/promises';
import type {Tone} from '../../components/theme.ts';
import type {TestRequest, TestResult} from '../engine/deck.ts';
import {latency, money, plural} from '../format.ts';
import type {OpenedDeck} from '../opening/open-deck.ts';
import {testReport} from './answers.ts';
import {type Call, exits} from './command.ts';
import {textTable} from './text-table.ts';

/** Probes keys with progress on stderr, prints the results, and answers 1 when a key is not ok. */
export async function runKeyTest(call: Call, opened: OpenedDeck, request: TestRequest): Promise<number> {
	const {clock, output, signal, typed} = call;
	let results: readonly TestResult[];
	try {
		results = await opened.deck.test(request, (done, total) => {
			output.progress(`asking the vendors: ${done} of ${plural(total, 'key')}`);
		});
	} finally {
		output.progress(undefined);
	}
	// The deck was closed under the test: what it gave is no answer.
	signal.throwIfAborted();
	const report = testReport(results, clock.now());
	if (typed.on('json')) output.json(report);
	else output.lines(resultLines(results, call));
	return report.ok ? exits.fine : exits.unhealthy;
}

/**
 * Names the price of a deep test and asks the person at the terminal to agree; a script has agreed by saying `--deep`.
 * False when the person would rather not.
 */
export async function agreesToPrice(
	call: Call,
	opened: OpenedDeck,
	request: TestRequest,
	keys: number,
): Promise<boolean> {
	const price = await opened.deck.deepTestPrice(request);
	const cost =
		price === undefined ? 'at a price that is not known for all of them' : `for at most ${money(price)} in all`;
	const said = `A deep test spends about one token on ${keys === 1 ? '1 key' : `each of ${keys} keys`}, ${cost}.`;
	if (call.typed.on('yes') || call.stdin.isTTY !== true) {
		call.output.note(said);
		return true;
	}
	call.output.ask(`${said} Go on? [y/N] `);
	const lines = createInterface({input: call.stdin});
	try {
		// The end of the input (Ctrl-D) is no agreement.
		const ended = once(lines, 'close').then(() => '');
		const answer = await Promise.race([lines.question('', {signal: call.signal}), ended]);
		return /^y(es)?$/i.test(answer.trim());
	} finally {
		lines.close();
	}
}

function resultLines(results: readonly TestResult[], {output}: Call): readonly string[] {
	const good = results.filter(({ok}) => ok).length;
	const cost = results.reduce((sum, {costUsd}) => sum + costUsd, 0);
	const table = textTable(
		[
			{title: ''},
			{title: 'KEY'},
			{title: 'PROVIDER', drop: 2},
			{title: 'MASK', drop: 3},
			{title: 'STATE'},
			{title: 'PROVEN', drop: 1},
			{title: 'TIME', align: 'right'},
			{title: 'WHY'},
		],
		results.map((result) => {
			const tone: Tone = result.ok ? 'good' : 'bad';
			return [
				{text: result.ok ? '✓' : '✗', tone},
				result.label,
				result.provider,
				{text: result.mask, tone: 'quiet'},
				{text: result.state, tone},
				result.proof,
				latency(result.latencyMs ?? undefined),
				result.why,
			];
		}),
		output,
	);
	const spent = cost > 0 ? `, ${money(cost)} spent` : '';
	return [...table, '', `${good} of ${plural(results.length, 'key')} ok${spent}`];
}
