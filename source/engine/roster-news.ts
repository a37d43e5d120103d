import type {EventHub} from '../events.ts';
import type {Knowledge, Store} from '../stores/store.ts';
import {knowledgeOf, type Member, type RosterChange} from './roster.ts';

type Parts = {readonly events: EventHub; readonly store: Store};

/** Tells which keys came, went and took another's place. */
export function tellRosterChange({added, removed, replaced}: RosterChange, now: number, parts: Parts): void {
	const successors = new Set(replaced.map(({successor}) => successor));
	for (const member of added) {
		const {kid, label, provider} = member.key;
		if (successors.has(member)) tellReplaced(member, now, parts);
		else parts.events.publish({type: 'key.added', kid, label, provider}, now);
	}
	for (const {key} of removed) parts.events.publish({type: 'key.removed', kid: key.kid, label: key.label}, now);
}

/** Tells which keys took another's place while no engine ran: a known label with a key nobody knows. */
export function tellSuccessors(
	members: Iterable<Member>,
	known: readonly Knowledge[],
	now: number,
	parts: Parts,
): void {
	const kids = new Set(known.map(({kid}) => kid));
	const labels = new Set(known.map(({label}) => label));
	for (const member of members) {
		if (labels.has(member.key.label) && !kids.has(member.key.kid)) tellReplaced(member, now, parts);
	}
}

/** Same label, another key: somebody put a new one in its place. It is known from now on, so that this is told once. */
function tellReplaced(member: Member, now: number, {events, store}: Parts): void {
	const {kid, label, source} = member.key;
	const where = source.file?.split('/').at(-1) ?? 'the environment';
	events.publish({type: 'key.replaced', kid, label, where}, now);
	const evidence = `replaced in ${where}`;
	store.record({at: now, kid, from: 'config', verdict: 'changed', counted: 'neither', evidence});
	store.learn(knowledgeOf(member));
}
