import type {ReactNode} from 'react';
import type {DashboardState} from './dashboard-state.ts';
import {detailHeader} from './detail-lines.ts';
import {staleness} from './intake.ts';
import {Lines} from './Lines.tsx';
import {cutLine, type Line, span, spread} from './line.ts';
import {exactly} from './reason-lines.ts';
import {detailHeight, detailKey, detailLinesOf} from './scene.ts';
import type {Theme} from './theme.ts';

/** Everything known of one key; scrolls where the screen is too low for it. */
export function KeyDetail({state, theme}: {readonly state: DashboardState; readonly theme: Theme}): ReactNode {
	const {columns, snapshot} = state;
	const key = detailKey(state);
	const height = detailHeight(state);
	if (key === undefined) {
		const gone: Line = [span(' This key is no longer configured. Esc goes back.', 'warn')];
		return <Lines lines={exactly([[span(' keydeck', 'accent', true)], gone], height + 1)} theme={theme} />;
	}
	const lines = detailLinesOf(state);
	const top = Math.min(state.detail?.top ?? 0, Math.max(0, lines.length - height));
	const below = Math.max(0, lines.length - top - height);
	const shown = exactly(lines.slice(top, top + height), height).map((line, place) =>
		place === height - 1 && below > 0
			? spread(line, [span(` ${below} more ↓`, 'quiet')], columns)
			: cutLine(line, columns),
	);
	return (
		<>
			<Lines lines={[detailHeader(key, snapshot, {now: state.now, cells: columns})]} theme={theme} />
			<Lines lines={shown} theme={theme} dim={staleness(state) !== undefined} />
		</>
	);
}
