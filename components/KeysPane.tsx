import type {ReactNode} from 'react';
import type {DashboardState} from './dashboard-state.ts';
import {poolStrip} from './header-lines.ts';
import {staleness} from './intake.ts';
import {keyColumns, keyReason, keySymbol} from './key-rows.ts';
import {Lines} from './Lines.tsx';
import {span} from './line.ts';
import {exactly, keyPanel, panelSize} from './reason-lines.ts';
import {drawnAt, keysOf, markedItem, tableHeight} from './scene.ts';
import {statusLine} from './status-line.ts';
import {Table} from './Table.tsx';
import type {Theme} from './theme.ts';

/** Pool strip, keys with trouble first, why and what to do for the marked one. */
export function KeysPane({state, theme}: {readonly state: DashboardState; readonly theme: Theme}): ReactNode {
	const {columns, rows, snapshot} = state;
	const now = drawnAt(state);
	const items = keysOf(state);
	const marked = markedItem(state, items);
	const providers = new Map(snapshot.providers.map((provider) => [provider.name, provider]));
	const size = panelSize(rows);
	const nothing = [[], [span('   Nothing matches: Esc shows all keys again.', 'quiet')]];
	const panel = marked === undefined ? (items.length === 0 ? nothing : []) : keyPanel(marked, snapshot, columns, size);
	return (
		<>
			{rows >= 12 && <Lines lines={[poolStrip(snapshot, now, columns)]} theme={theme} />}
			<Table
				items={items}
				columns={keyColumns(now, snapshot.probing.intervalMs)}
				mark={state.marks.keys}
				width={columns}
				height={tableHeight(state)}
				theme={theme}
				dim={staleness(state) !== undefined}
				sorted={state.sort}
				symbol={(key) => keySymbol(key, providers.get(key.provider))}
				reason={{from: 'headroom', of: keyReason}}
			/>
			<Lines lines={[statusLine(state, items), ...exactly(panel, size.why + size.advice)]} theme={theme} />
		</>
	);
}
