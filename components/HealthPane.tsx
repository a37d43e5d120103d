import type {ReactNode} from 'react';
import type {DashboardState} from './dashboard-state.ts';
import {healthColumns, healthFootLine, healthSymbol} from './health-rows.ts';
import {staleness} from './intake.ts';
import {Lines} from './Lines.tsx';
import {cutLine, emptyLine} from './line.ts';
import {drawnAt, healthOf, markedItem, tableHeight} from './scene.ts';
import {statusLine} from './status-line.ts';
import {Table} from './Table.tsx';
import type {Theme} from './theme.ts';

/** Per vendor and key: successes, failures, latencies, last error. */
export function HealthPane({state, theme}: {readonly state: DashboardState; readonly theme: Theme}): ReactNode {
	const {columns, rows} = state;
	const now = drawnAt(state);
	const items = healthOf(state);
	const marked = markedItem(state, items);
	const foot = marked === undefined ? emptyLine : cutLine(healthFootLine(marked, now), columns);
	return (
		<>
			<Table
				items={items}
				columns={healthColumns(now)}
				mark={state.marks.health}
				width={columns}
				height={tableHeight(state)}
				theme={theme}
				dim={staleness(state) !== undefined}
				symbol={healthSymbol}
			/>
			<Lines lines={[statusLine(state, items), ...(rows < 12 ? [] : [foot])]} theme={theme} />
		</>
	);
}
