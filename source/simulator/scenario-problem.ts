import type {z} from 'zod';
import type {Problem} from '../errors.ts';
import {maskOf} from '../secret.ts';

type Issue = z.core.$ZodIssue;

/** Longer texts may be keys, wherever they stand. */
const longestShown = 20;

/** What is wrong with a value that did not pass a schema: every problem, no key in any. */
export function problemsOf(error: z.ZodError, input: unknown, source: string): readonly Problem[] {
	return error.issues.flatMap((issue) => {
		const value = valueAt(input, issue.path);
		if (issue.code === 'unrecognized_keys') {
			return issue.keys.map((name) => ({source, path: pathText([...issue.path, name]), rule: 'is not known'}));
		}
		const problem = {source, path: pathText(issue.path), rule: ruleOf(issue)};
		return [value === undefined ? problem : {...problem, value: shown(value)}];
	});
}

function ruleOf(issue: Issue): string {
	switch (issue.code) {
		case 'invalid_type':
			return `must be ${issue.expected === 'int' ? 'a whole number' : withArticle(issue.expected)}`;
		case 'invalid_value':
			return `must be ${orList(issue.values.map(String))}`;
		case 'invalid_union':
			return unionRule(issue);
		case 'too_small':
			return issue.origin === 'number' || issue.origin === 'int'
				? `must be at least ${issue.minimum}`
				: 'must not be empty';
		case 'too_big':
			return `must be at most ${issue.maximum}`;
		default:
			return issue.message;
	}
}

function unionRule(issue: Extract<Issue, {code: 'invalid_union'}>): string {
	const options = 'options' in issue ? issue.options : undefined;
	return options === undefined ? issue.message : `must be ${orList(options.map(String))}`;
}

function orList(names: readonly string[]): string {
	return names.length === 1 ? `${names[0]}` : `one of ${names.join(', ')}`;
}

function withArticle(noun: string): string {
	if (noun === 'record') return 'an object';
	return `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

function pathText(path: readonly PropertyKey[]): string {
	return path
		.map((part) => (typeof part === 'number' ? `[${part}]` : `.${textShown(String(part))}`))
		.join('')
		.replace(/^\./, '');
}

/** A name that is short for an object has no parts: it is the value of each of them. */
function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
	return path.reduce<unknown>((value, part) => {
		if (typeof value === 'string') return value;
		return typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
	}, input);
}

function shown(value: unknown): string {
	if (typeof value === 'string') return textShown(value);
	if (typeof value !== 'object' || value === null) return String(value);
	return Array.isArray(value) ? 'a list' : 'an object';
}

function textShown(text: string): string {
	return text.length > longestShown ? maskOf(text) : text;
}
