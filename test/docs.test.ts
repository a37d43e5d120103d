import './helpers/terminal-environment.ts';
import assert from 'node:assert/strict';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {test} from 'node:test';
import {helpOf} from '../components/key-bindings.ts';
import {comingCommands} from '../source/cli/coming.ts';
import {commands} from '../source/cli/commands/index.ts';
import {manualOf, manualOfCommand} from '../source/cli/manual.ts';
import {configReference} from '../source/config/schema-walk.ts';
import {Audit} from '../source/service/audit.ts';
import {watchEventLoop} from '../source/service/event-loop.ts';
import {metricList} from '../source/service/metric-list.ts';
import {Metrics} from '../source/service/metrics.ts';
import {allRoutes} from '../source/service/service.ts';
import {closeAll, show} from './components/screen.tsx';
import {openEngine} from './helpers/engine.ts';

const root = resolve(import.meta.dirname, '../..');
/** `KEYDECK_WRITE_DOCS=1 npm test` writes the generated parts anew instead of comparing them. */
const writes = process.env.KEYDECK_WRITE_DOCS === '1';

test('the picture of the README is what the dashboard draws', async () => {
	const screen = await show();
	const picture = block(screen.lines.join('\n'));
	await closeAll();
	await generated('../README', picture);
});

test('docs/commands.md is what the commands say of themselves', () => {
	const manuals = commands.map((command) => `## ${command.name}\n\n${block(manualOfCommand(command))}`);
	return generated('commands', [block(manualOf(commands, Object.keys(comingCommands))), ...manuals].join('\n\n'));
});

test('docs/configuration.md has every setting of keydeck.config.json with its rule and default', () => {
	const rows = configReference.map(({path, rule, default: fallback, text}) => [
		`\`${path}\``,
		text,
		rule.replace(/^must be /, ''),
		fallback === undefined ? '' : `\`${fallback}\``,
	]);
	return generated('configuration', table(['setting', 'what it does', 'must be', 'default'], rows));
});

test('docs/dashboard.md has every key of the dashboard', () => {
	const allowed = {readOnly: false, offersDemo: true};
	const rows = [...helpOf('look', allowed), ...helpOf('act', allowed)].map(({keys, words}) => [`\`${keys}\``, words]);
	return generated('dashboard', table(['key', 'what it does'], rows));
});

test('docs/metrics.md has every metric with its type, labels and meaning', () => {
	const rows = Object.values(metricList).map(({name, type, labels, help}) => [
		`\`${name}\``,
		type,
		labels.map((label) => `\`${label}\``).join(' '),
		help,
	]);
	return generated('metrics', table(['metric', 'type', 'labels', 'meaning'], rows));
});

test('docs/service.md has every route with its scope', async () => {
	await using deck = await openEngine({keys: []});
	const {engine, clock} = deck;
	const metrics = new Metrics({deck: engine, clock, version: '0'});
	const eventLoop = watchEventLoop(clock);
	const audit = new Audit({folder: '.', clock});
	const routes = allRoutes({engine, clock, metrics, eventLoop, audit, version: '0', closing: () => false});
	eventLoop.stop();
	const rows = routes.map(({method, path, need, summary}) => [`\`${method} ${path}\``, need, summary]);
	await generated('service', `\n${table(['route', 'scope', 'what it does'], rows)}\n`);
});

test('docs/errors.md lists the codes that can be thrown, and no other', async () => {
	const thrown = new Set<string>();
	for (const text of await sourceTexts()) {
		for (const [, code] of text.matchAll(/(?:Error|super)\(\s*'([A-Z][A-Z_]{3,})'/g)) thrown.add(code ?? '');
	}
	assert.deepEqual(await firstColumn('errors'), [...thrown].toSorted());
});

test('docs/events.md lists the events that can happen, and no other', async () => {
	const text = await readFile(join(root, 'source/events.ts'), 'utf8');
	const types = [...text.matchAll(/readonly type: '([a-z.]+)'/g)].map(([, type]) => type ?? '');
	assert.deepEqual(await firstColumn('events'), types.toSorted());
});

function block(text: string): string {
	return `\`\`\`\n${text}\n\`\`\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Compares the part of a page between its marks with what the code says. */
async function generated(page: string, expected: string): Promise<void> {
	const path = join(root, 'docs', `${page}.md`);
	const text = await readFile(path, 'utf8');
	const marks = /(<!-- generated -->\n)([\s\S]*?)(\n<!-- end -->)/;
	const [, , found] = marks.exec(text) ?? [];
	assert.notEqual(found, undefined, `${page}.md has its marks`);
	if (writes)
		await writeFile(
			path,
			text.replace(marks, (_, start, __, end) => `${start}${expected}${end}`),
		);
	else assert.equal(found, expected, 'run KEYDECK_WRITE_DOCS=1 npm test');
}

/** Names in back quotes in the first column of a page's table, sorted. */
async function firstColumn(page: string): Promise<string[]> {
	const text = await readFile(join(root, 'docs', `${page}.md`), 'utf8');
	return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name ?? '').toSorted();
}

async function sourceTexts(): Promise<string[]> {
	const entries = await readdir(join(root, 'source'), {recursive: true, withFileTypes: true});
	const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
	return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')));
}
