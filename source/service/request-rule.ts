import type {z} from 'zod';

const kinds: Readonly<Record<string, string>> = {
	object: 'a JSON object',
	number: 'a number',
	int: 'a whole number',
	string: 'a text',
	boolean: 'true or false',
	record: 'a JSON object',
	array: 'a list',
};

/** What a part of a request must be, for who sent another: the words of the validator are for its programmers. */
export function ruleOf(issue: z.core.$ZodIssue): string {
	switch (issue.code) {
		case 'invalid_type':
			return `must be ${kinds[issue.expected] ?? issue.expected}`;
		case 'invalid_value':
			return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.join(', ')}`;
		case 'too_big':
			return `must be ${measure(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`;
		case 'too_small':
			return `must be ${measure(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`;
		case 'invalid_format':
			return issue.pattern === digits
				? 'must be a whole number of at most nine digits'
				: 'has characters it cannot have';
		case 'unrecognized_keys':
			return `does not take ${issue.keys.slice(0, 3).map(named).join(', ')}`;
		case 'invalid_union':
			return 'is of no kind that is taken there';
		default:
			return `is wrong: ${issue.message}`;
	}
}

/** Whole or not at all: a part of a key could no longer be told from other text. */
const named = (name: string): string =>
	name.length <= 40 ? JSON.stringify(name) : 'a name of more than 40 characters';

const digits = '/^\\d{1,9}$/';

function measure(origin: string, bound: string, size: number | bigint): string {
	return origin === 'string' ? `${bound} ${size} character${Number(size) === 1 ? '' : 's'} long` : `${bound} ${size}`;
}
