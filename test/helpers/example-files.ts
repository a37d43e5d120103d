/** A systemd unit by section and name; a name may be said more than once. */
export function parseUnit(text: string): ReadonlyMap<string, ReadonlyMap<string, string[]>> {
	const sections = new Map<string, Map<string, string[]>>();
	let section = new Map<string, string[]>();
	for (const line of text.split('\n')) {
		const title = /^\[(\w+)\]$/.exec(line)?.[1];
		if (title !== undefined) {
			section = new Map();
			sections.set(title, section);
		} else if (!/^\s*(?:[#;].*)?$/.test(line)) {
			const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
			if (name === undefined || value === undefined) throw new Error(`no line of a unit: ${line}`);
			section.set(name, [...(section.get(name) ?? []), value]);
		}
	}
	return sections;
}

type Line = {readonly indent: number; readonly text: string};

/** As much of YAML as our examples use: maps, lists, plain values, and JSON for the rest. Anything else throws. */
export function parseYaml(text: string): unknown {
	const lines = text
		.split('\n')
		.filter((line) => !/^\s*(?:#.*)?$/.test(line))
		.map((line): Line => ({indent: line.length - line.trimStart().length, text: line.trim()}));
	return block(lines);
}

/** The lines of one block, all at its indentation or deeper. */
function block(lines: readonly Line[]): unknown {
	const [first] = lines;
	if (first?.text.startsWith('- ')) {
		return lines.map((line) => {
			if (line.indent !== first.indent || !line.text.startsWith('- ')) throw new Error(`no item: ${line.text}`);
			return scalar(line.text.slice(2));
		});
	}
	const map: Record<string, unknown> = {};
	for (let at = 0; at < lines.length; ) {
		const {indent, text} = lines[at] as Line;
		const [, name, value] = /^([\w-]+):(?: (.+))?$/.exec(text) ?? [];
		if (name === undefined || indent !== first?.indent) throw new Error(`no entry: ${text}`);
		const next = lines.findIndex((line, place) => place > at && line.indent <= indent);
		const end = next === -1 ? lines.length : next;
		map[name] = value === undefined ? block(lines.slice(at + 1, end)) : scalar(value);
		at = end;
	}
	return map;
}

function scalar(text: string): unknown {
	return /^(?:[[{"]|true$|false$|\d+$)/.test(text) ? JSON.parse(text) : text;
}
