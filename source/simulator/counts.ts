import type {Desk} from './desk.ts';
import type {Cost} from './tally.ts';
import type {VendorName} from './vendor-name.ts';

/** What one key asked of one endpoint. */
type CountRow = {
	readonly vendor: VendorName;
	/** Label of the key; `unknown` for requests without a known one. */
	readonly key: string;
	/** `GET /v1/models`; ids are stars. */
	readonly endpoint: string;
	readonly cost: Cost;
	readonly requests: number;
	/** Tokens in and out of granted completions. */
	readonly tokens: number;
	/** Answers by HTTP status; hanging and broken ones are in none. */
	readonly answers: Readonly<Record<string, number>>;
};

/** Sums of the rows asked for, and the rows. */
export type Counts = {
	readonly requests: number;
	/** Requests that cost nothing. */
	readonly free: number;
	/** Completions asked for, refused ones too. */
	readonly completions: number;
	readonly tokens: number;
	readonly rows: readonly CountRow[];
};

/** Which requests: absent = all. */
export type CountSelection = {readonly vendor?: VendorName; readonly key?: string; readonly endpoint?: string};

export function countRequests(desks: Iterable<Desk>, only: CountSelection): Counts {
	const rows = [...desks]
		.filter((desk) => only.vendor === undefined || only.vendor === desk.vendor.name)
		.flatMap(rowsOf)
		.filter((row) => only.key === undefined || only.key === row.key)
		.filter((row) => only.endpoint === undefined || only.endpoint === row.endpoint);
	const sum = (value: (row: CountRow) => number) => rows.reduce((total, row) => total + value(row), 0);
	return {
		requests: sum((row) => row.requests),
		free: sum((row) => (row.cost === 'free' || row.cost === 'public' ? row.requests : 0)),
		completions: sum((row) => (row.cost === 'completion' ? row.requests : 0)),
		tokens: sum((row) => row.tokens),
		rows,
	};
}

function rowsOf({vendor, keys}: Desk): readonly CountRow[] {
	return [...keys.records(), keys.stranger].flatMap((record) =>
		[...record.tally.entries()].map(([endpoint, line]) => ({
			vendor: vendor.name,
			key: record.label,
			endpoint,
			cost: line.cost,
			requests: line.requests,
			tokens: line.tokens,
			answers: Object.fromEntries(line.answers),
		})),
	);
}
