import type {Outage} from '../source/engine/deck.ts';
import type {Snapshot} from '../source/engine/snapshot.ts';
import {age, duration, plural} from '../source/format.ts';
import {type DashboardState, hasUnasked} from './dashboard-state.ts';
import {staleness} from './intake.ts';
import {keySorts} from './key-rows.ts';
import {type Line, span, spread} from './line.ts';
import {tableHeight} from './scene.ts';
import {type Item, markedIndex, windowTop} from './table-layout.ts';

/** Under a table: how much more there is, the filter or what is to be said, and where the mark stands. */
export function statusLine(state: DashboardState, items: readonly Item<unknown>[]): Line {
	const marked = markedIndex(items, state.marks[state.pane]);
	const height = tableHeight(state);
	const top = windowTop(items, marked, state.marks[state.pane].top, height);
	const rows = (some: readonly Item<unknown>[]): number => some.filter((item) => item.kind === 'row').length;
	const total = rows(items);
	const below = rows(items.slice(top + height));
	const {notes} = state.snapshot;
	const noted = notes.length > 0 && state.pane === 'keys' ? `${plural(notes.length, 'note')}: n` : '';
	const more = span(`   ${[below > 0 ? `${below} more ↓` : '', noted].filter(Boolean).join(' · ')}`, 'quiet');
	const place = marked === -1 ? '0/0' : `${rows(items.slice(0, marked + 1))}/${total}`;
	const filtering = state.filtering || state.filter !== '';
	// What is said once needs the line to itself.
	if (state.notice !== undefined && !filtering) {
		return spread([span(` ${state.notice.text}`, 'warn')], [span(place, 'quiet')], state.columns);
	}
	const filter = filtering
		? [span('  /', 'accent', true), span(`${state.filter}${state.filtering ? '▏' : ''}`, 'accent')]
		: [];
	return spread([more, ...filter], [span(`${orderWords(state)}     ${place}`, 'quiet')], state.columns);
}

function orderWords(state: DashboardState): string {
	if (state.pane !== 'keys' || state.columns < 60) return '';
	const sort = keySorts.find((each) => each.id === state.sort)?.title ?? '';
	const reversed = state.reversed ? ', reversed' : '';
	return `${state.onlyTrouble ? 'only trouble · ' : ''}sorted: ${sort}${reversed}`;
}

/**
 * What a person waits for: `testing 3/15`, or the first sweep. Undefined when nothing loads; later sweeps are
 * routine, and a sign that turns all day costs a frame per turn.
 */
export function loadingWords(state: DashboardState): string | undefined {
	if (state.frozenAt !== undefined) return undefined;
	const {sweep} = state.snapshot.probing;
	if (state.testing !== undefined) return `testing ${state.testing.done}/${state.testing.total}`;
	return sweep === undefined || !hasUnasked(state.snapshot) ? undefined : `probing ${sweep.done}/${sweep.total}`;
}

/** ` · 3 replicas, host:4711 probes, 0.4ms`: of a store that several share. */
function fleetWords({fleet}: Snapshot): string {
	if (fleet === undefined) return '';
	const {replicas} = fleet;
	const prober = replicas.find(({probes}) => probes);
	const own = replicas.find(({isThis}) => isThis);
	const who = prober === undefined ? '' : `, ${prober.isThis ? 'this one' : prober.name} probes`;
	const took = own?.latencyMs === undefined ? '' : `, ${own.latencyMs.toFixed(1)}ms`;
	return ` · ${plural(replicas.length, 'replica')}${who}${took}`;
}

/** `! disconnected 12s, picture 20s old, next try in 3s`; narrow screens get the beginning. */
function outageWords({since, nextTryAt}: Outage, {now, snapshot, columns}: DashboardState): string {
	const lost = `! disconnected ${duration(now - since)}`;
	const old = `picture ${duration(Math.max(0, now - snapshot.takenAt))} old`;
	const next = nextTryAt > now ? `next try in ${duration(nextTryAt - now)}` : 'trying';
	return columns < 100 ? `${lost}, ${next} ` : `${lost}, ${old}, ${next} `;
}

/** Right end of the tabs: whether the picture lives, and where its state is kept. */
export function sourceLine(state: DashboardState): Line {
	const {snapshot} = state;
	if (state.frozenAt !== undefined) {
		return [span(`◷ frozen ${age(state.now - state.frozenAt)}, p goes on `, 'warn', true)];
	}
	if (state.outage !== undefined) return [span(outageWords(state.outage, state), 'bad', true)];
	const behind = staleness(state);
	if (behind !== undefined) return [span(`! no news for ${duration(behind)} `, 'warn', true)];
	const life = state.attachment !== 'local' ? state.attachment : snapshot.mode === 'demo' ? 'demo' : 'live';
	const where = snapshot.store.kind === 'sqlite' ? 'local' : `${snapshot.store.kind}${fleetWords(snapshot)}`;
	if (snapshot.store.state === 'degraded') {
		return [span(`! store ${where}: ${snapshot.store.detail ?? 'degraded'} `, 'bad')];
	}
	if (state.columns < 60) return [];
	const reading = state.readOnly ? 'read-only · ' : '';
	return [span(`${reading}${life} · store ${where} `, 'quiet')];
}
