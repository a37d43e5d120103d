/** What one check found. A problem makes keydeck doctor exit with 1; a warning does not. */
export type Verdict = 'ok' | 'warning' | 'problem' | 'skipped';

/** The parts of the table, in its order. */
export const groups = ['machine', 'files', 'store', 'redis', 'configuration', 'ports', 'network', 'keys'] as const;

export type Group = (typeof groups)[number];

export type Finding = {
	readonly group: Group;
	/** What was looked at: `openai`, `port 3001`. */
	readonly name: string;
	readonly verdict: Verdict;
	/** What was found, one sentence. */
	readonly says: string;
	/** What to do next; absent when there is nothing to do. */
	readonly next?: string;
};

type Found = Omit<Finding, 'group'>;

/** Findings of one group. */
export function inGroup(group: Group, found: readonly Found[]): readonly Finding[] {
	return found.map((each) => ({group, ...each}));
}

/** A check that found nothing to do. */
export function fine(name: string, says: string): Found {
	return {name, verdict: 'ok', says};
}

export function warning(name: string, says: string, next: string): Found {
	return {name, verdict: 'warning', says, next};
}

export function problem(name: string, says: string, next: string): Found {
	return {name, verdict: 'problem', says, next};
}

/** A check that means nothing here. */
export function skipped(name: string, says: string): Found {
	return {name, verdict: 'skipped', says};
}

/** A system's word for what went wrong, never its whole text. */
export function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
