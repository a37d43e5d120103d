import type {ReactNode} from 'react';
import type {DashboardState} from './dashboard-state.ts';
import {staleness} from './intake.ts';
import {Lines} from './Lines.tsx';
import {cutLine, type Line, rule, span} from './line.ts';
import {exactly} from './reason-lines.ts';
import {modelColumns, modelLines, modelSymbol} from './rotation-rows.ts';
import {drawnAt, markedItem, modelsOf, tableHeight} from './scene.ts';
import {statusLine} from './status-line.ts';
import {Table} from './Table.tsx';
import type {Theme} from './theme.ts';

/** Models above, the marked one in full below: chain, shares of its keys, last picks. */
export function RotationPane({state, theme}: {readonly state: DashboardState; readonly theme: Theme}): ReactNode {
	const {columns, rows} = state;
	const items = modelsOf(state);
	const marked = markedItem(state, items);
	const height = tableHeight(state);
	const room = Math.max(0, rows - 3 - 1 - height - 1);
	const below: readonly Line[] =
		marked === undefined
			? [[span(' No model here. Esc clears the filter.', 'quiet')]]
			: [rule(columns), ...modelLines(marked, drawnAt(state), columns)];
	const dim = staleness(state) !== undefined;
	return (
		<>
			<Table
				items={items}
				columns={modelColumns()}
				mark={state.marks.rotation}
				width={columns}
				height={height}
				theme={theme}
				dim={dim}
				symbol={modelSymbol}
			/>
			<Lines
				lines={exactly(
					below.map((line) => cutLine(line, columns)),
					room,
				)}
				theme={theme}
				dim={dim}
			/>
			<Lines lines={[statusLine(state, items)]} theme={theme} />
		</>
	);
}
