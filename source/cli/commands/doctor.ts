import type {Tone} from '../../../components/theme.ts';
import {isoTime, plural, wrap} from '../../format.ts';
import {readProject} from '../../opening/project.ts';
import {storeFile} from '../../opening/store-file.ts';
import {openSqliteStore} from '../../stores/sqlite-store.ts';
import {type Call, type Command, exits, projectFlags} from '../command.ts';
import {projectFlagsOf} from '../deck-use.ts';
import {type Examination, examine} from '../doctor/examine.ts';
import {type Finding, groups, type Verdict} from '../doctor/finding.ts';
import type {Output} from '../output.ts';

const signs: Readonly<Record<Verdict, {readonly sign: string; readonly tone: Tone}>> = {
	ok: {sign: '✓', tone: 'good'},
	warning: {sign: '!', tone: 'warn'},
	problem: {sign: '✗', tone: 'bad'},
	skipped: {sign: '-', tone: 'quiet'},
};

/** `keydeck doctor`: the troubleshooting list as checks, each with what to do next. */
export const doctorCommand: Command = {
	name: 'doctor',
	summary: 'Check machine, files, store, network and keys; what to do next',
	teaches:
		'Goes through everything that can stand between you and an answer: Node.js and SQLite, disk, clock, file modes, what changed in .env, the store and its snapshots, Redis, strategy and pools, models that retire, the two ports, the way to each vendor (DNS, TCP, proxy, TLS, HTTP), and every key by a free probe. Each finding says what to do next. Takes at most some 15 seconds; without a network it says what cannot be reached. Beside a running keydeck that one checks the keys.',
	args: [],
	flags: {
		json: {says: 'Print JSON (default: a table by groups)'},
		'accept-new-pepper': {
			says: 'Go on with the pepper of now although the store has another; its keys count as new (default: refuse)',
		},
		...projectFlags,
	},
	examples: [
		{line: 'keydeck doctor', says: 'what is wrong, and what to do'},
		{line: 'keydeck doctor --json | jq .ok', says: 'for a script'},
	],
	exits: {0: 'all is well, or warnings only', 1: 'a problem', 2: 'bad usage or configuration', 130: 'interrupted'},
	async run(call) {
		const settings = await readProject({...call, flags: projectFlagsOf(call.typed), signal: call.signal});
		if (call.typed.on('accept-new-pepper')) {
			const pepper = {fingerprint: settings.pepperFingerprint, accept: true};
			await openSqliteStore({file: storeFile(settings.home), clock: call.clock, pepper}).close();
			call.output.note('The pepper of now is that of the store from now on.');
		}
		const examination = await examine(call, settings);
		call.signal.throwIfAborted();
		for (const note of examination.notes) call.output.note(note);
		const ok = examination.findings.every(({verdict}) => verdict !== 'problem');
		if (call.typed.on('json')) call.output.json(doctorReport(examination, ok, call));
		else call.output.lines(doctorLines(examination.findings, call.output));
		return ok ? exits.fine : exits.unhealthy;
	},
};

function doctorReport({findings, attached}: Examination, ok: boolean, {clock}: Call) {
	return {
		timestamp: isoTime(clock.now()),
		ok,
		/** The keys were checked by a keydeck that runs. */
		attached,
		checks: findings.map(({group, name, verdict, says, next}) => ({group, name, verdict, says, next: next ?? null})),
	};
}

function doctorLines(findings: readonly Finding[], output: Output): readonly string[] {
	const width = Math.max(0, ...findings.map(({name}) => name.length));
	const room = Math.max(40, (output.columns ?? 100_000) - width - 6);
	const indent = ' '.repeat(width + 6);
	const lines = groups.flatMap((group) => {
		const own = findings.filter((finding) => finding.group === group);
		if (own.length === 0) return [];
		const rows = own.flatMap(({name, verdict, says, next}) => {
			const {sign, tone} = signs[verdict];
			const [first = '', ...rest] = wrap(says, room);
			const advice = next === undefined ? [] : wrap(`→ ${next}`, room).map((line) => output.tone(tone, line));
			const head = `  ${output.tone(tone, sign)} ${name.padEnd(width)}  ${first}`;
			return [head, ...[...rest, ...advice].map((line) => `${indent}${line}`)];
		});
		return [output.tone('title', group.toUpperCase()), ...rows, ''];
	});
	return [...lines, summaryLine(findings)];
}

function summaryLine(findings: readonly Finding[]): string {
	const count = (verdict: Verdict): number => findings.filter((finding) => finding.verdict === verdict).length;
	return `${plural(count('problem'), 'problem')}, ${plural(count('warning'), 'warning')}, ${count('ok')} ok, ${count('skipped')} skipped`;
}
