import assert from 'node:assert/strict';

/** One line of the text, read back. */
export type Series = {
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
	/** Name and labels as they stand: what tells series apart. */
	readonly id: string;
};

/** A text read back, strictly: a line that is none fails. */
export class Exposition {
	readonly series: readonly Series[];
	/** Metric names with their types. */
	readonly types: ReadonlyMap<string, string>;

	constructor(text: string) {
		assert.ok(text.endsWith('\n'));
		const lines = text.slice(0, -1).split('\n');
		const types = lines.flatMap((line): [string, string][] => {
			const [, name, type] = /^# TYPE (\w+) (counter|gauge|histogram)$/.exec(line) ?? [];
			return name === undefined || type === undefined ? [] : [[name, type]];
		});
		this.types = new Map(types);
		assert.equal(this.types.size, types.length, 'each metric is described once');
		this.series = lines.filter((line) => !line.startsWith('# ')).map(seriesOf);
		assert.equal(new Set(this.series.map(({id}) => id)).size, this.series.length, 'each series stands once');
	}

	/** Those of a name whose labels are these, others aside. */
	all(name: string, labels: Readonly<Record<string, string>> = {}): readonly Series[] {
		return this.series.filter(
			(one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
		);
	}

	/** The value of the only series that fits; undefined when there is none. */
	value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
		const found = this.all(name, labels);
		assert.ok(found.length <= 1, `${found.length} series of ${name} ${JSON.stringify(labels)}`);
		return found[0]?.value;
	}
}

const unescaped: Readonly<Record<string, string>> = {'\\\\': '\\', '\\"': '"', '\\n': '\n'};

function seriesOf(line: string): Series {
	const [, name = '', labelled, value = ''] =
		/^([a-z]\w*)(?:\{((?:\w+="(?:[^"\\]|\\["\\n])*",?)+)\})? (\S+)$/.exec(line) ?? assert.fail(`no series: ${line}`);
	const pairs = [...(labelled ?? '').matchAll(/(\w+)="((?:[^"\\]|\\["\\n])*)"/g)].map(([, label = '', text = '']) => [
		label,
		text.replaceAll(/\\["\\n]/g, (pair) => unescaped[pair] ?? pair),
	]);
	const number = Number(value.replace('Inf', 'Infinity'));
	assert.ok(!Number.isNaN(number), line);
	return {name, labels: Object.fromEntries(pairs), value: number, id: line.slice(0, line.lastIndexOf(' '))};
}
