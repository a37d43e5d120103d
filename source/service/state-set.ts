import {labelText, type Sample} from './prometheus-text.ts';

/** A state and the label that names it. */
type Suffix<State extends string> = {readonly state: State; readonly label: string};

/** Every state of a union: the compiler sees to it that none is missing. */
export function suffixesOf<State extends string>(
	name: string,
	states: Readonly<Record<State, 0>>,
): readonly Suffix<State>[] {
	return (Object.keys(states) as State[]).map((state) => ({state, label: labelText({[name]: state})}));
}

/** 1 for the state it has and 0 for the others, so that a state that has passed goes to 0 at once. */
export function stateSet<State extends string>(
	labels: string,
	suffixes: readonly Suffix<State>[],
	current: State,
): Sample[] {
	return suffixes.map(({state, label}) => ({labels: `${labels},${label}`, value: state === current ? 1 : 0}));
}
