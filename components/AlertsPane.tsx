import type {ReactNode} from 'react';
import {alertColumns, alertSymbol} from './alert-rows.ts';
import type {DashboardState} from './dashboard-state.ts';
import {staleness} from './intake.ts';
import {Lines} from './Lines.tsx';
import {cutLine, type Line, span} from './line.ts';
import {alertPanel, exactly, panelSize} from './reason-lines.ts';
import {alertsOf, drawnAt, markedItem, tableHeight} from './scene.ts';
import {statusLine} from './status-line.ts';
import {Table} from './Table.tsx';
import type {Theme} from './theme.ts';

const quietWords = [
	'No alert. One fires when a key fails three times in a row, when a fifth of',
	'the calls fail or answers are slow, when a key dies or a pool runs dry.',
];

/** What fires, since when, and what to do about the marked one. */
export function AlertsPane({state, theme}: {readonly state: DashboardState; readonly theme: Theme}): ReactNode {
	const {columns, rows, snapshot} = state;
	const now = drawnAt(state);
	const items = alertsOf(state);
	const marked = markedItem(state, items);
	const size = panelSize(rows);
	const height = tableHeight(state);
	const panel = marked === undefined ? [] : alertPanel(marked, now, columns, size);
	const words = snapshot.alerts.length === 0 ? quietWords : ['No alert matches: Esc shows all again.'];
	const none = words.map((line): Line => cutLine([span(`   ${line}`, 'quiet')], columns));
	return (
		<>
			{items.length === 0 ? (
				<Lines lines={exactly(none, height + 1)} theme={theme} />
			) : (
				<Table
					items={items}
					columns={alertColumns(now)}
					mark={state.marks.alerts}
					width={columns}
					height={height}
					theme={theme}
					dim={staleness(state) !== undefined}
					symbol={alertSymbol}
				/>
			)}
			<Lines lines={[statusLine(state, items), ...exactly(panel, size.why + size.advice)]} theme={theme} />
		</>
	);
}
