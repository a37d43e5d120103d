import type {KeyOrder} from './key-table.ts';

/** What is asked before it is done. */
export type Question = 'deep-test' | 'disable';

/** What is shown of the table: which keys, which one is marked, whether its detail is open. */
export type View = {
	readonly order: KeyOrder;
	readonly marked: string | undefined;
	readonly opened: boolean;
	readonly question: Question | undefined;
};

export const firstView: View = {
	order: {sort: 'trouble', reversed: false, filter: ''},
	marked: undefined,
	opened: false,
	question: undefined,
};
