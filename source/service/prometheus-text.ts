/** What `GET /metrics` answers with. */
export const contentType = 'text/plain; version=0.0.4; charset=utf-8';

/** A metric as it is documented. */
export type Description = {
	readonly name: string;
	readonly type: 'counter' | 'gauge' | 'histogram';
	readonly labels: readonly string[];
	/** One sentence: what the number means. */
	readonly help: string;
};

/** One number. */
export type Sample = {
	/** As `labelText` writes them; empty = none. */
	readonly labels: string;
	readonly value: number;
	/** Part of a histogram. */
	readonly part?: '_bucket' | '_sum' | '_count';
};

/** A metric with its numbers. */
export type Family = {readonly metric: Description; readonly samples: readonly Sample[]};

/** The exposition format 0.0.4; a metric without numbers is left out. */
export function expositionText(families: readonly Family[]): string {
	let text = '';
	for (const {metric, samples} of families) {
		if (samples.length === 0) continue;
		text += `# HELP ${metric.name} ${escapeHelp(metric.help)}\n# TYPE ${metric.name} ${metric.type}\n`;
		for (const {labels, value, part = ''} of samples) {
			text += `${metric.name}${part}${labels === '' ? '' : `{${labels}}`} ${numberText(value)}\n`;
		}
	}
	return text;
}

/** `provider="openai",label="team \"b\""`: values may hold anything. */
export function labelText(labels: Readonly<Record<string, string>>): string {
	let text = '';
	for (const [name, value] of Object.entries(labels)) {
		text += `${text === '' ? '' : ','}${name}="${escapeLabel(value)}"`;
	}
	return text;
}

/** A metric of one number. */
export function single(metric: Description, value: number): Family {
	return {metric, samples: [{labels: '', value}]};
}

const special = /[\\"\n]/;

function escapeLabel(value: string): string {
	// Half a surrogate pair is no UTF-8, which would cost the reader the whole text.
	const text = value.toWellFormed();
	if (!special.test(text)) return text;
	return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(help: string): string {
	return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

export function numberText(value: number): string {
	if (value === Number.POSITIVE_INFINITY) return '+Inf';
	return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
