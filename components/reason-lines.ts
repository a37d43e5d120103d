import type {Alert} from '../source/domain/alert.ts';
import type {KeyView, ModelView, Snapshot} from '../source/engine/snapshot.ts';
import {duration, moment} from '../source/format.ts';
import {emptyLine, type Line, paragraph} from './line.ts';

/** Lines the panel under a table may take: `why` for the cause, `advice` for what to do. */
type PanelSize = {readonly why: number; readonly advice: number};

/** The panel shrinks with the screen: a low one keeps the rows and gives up the sentences. */
export function panelSize(rows: number): PanelSize {
	if (rows < 12) return {why: 0, advice: 0};
	if (rows < 18) return {why: 1, advice: 1};
	return rows < 30 ? {why: 2, advice: 1} : {why: 3, advice: 2};
}

/** WHY and DO of one key in exactly `why + advice` lines, so that nothing jumps when the mark moves. */
export function keyPanel(key: KeyView, snapshot: Snapshot, cells: number, size: PanelSize): readonly Line[] {
	const detour = detourOf(snapshot, key.provider);
	const why = [key.why, detour].filter(Boolean).join(' ');
	return panel(why, key.advice, cells, size);
}

/** What is wrong and what to do about one alert. */
export function alertPanel(alert: Alert, now: number, cells: number, size: PanelSize): readonly Line[] {
	const acknowledged =
		alert.acknowledged === undefined
			? ''
			: ` Acknowledged by ${alert.acknowledged.by} at ${moment(alert.acknowledged.at, now)}.`;
	const silent =
		alert.silencedUntil === undefined || alert.silencedUntil <= now
			? ''
			: ` Silenced for ${duration(alert.silencedUntil - now)}.`;
	return panel(`${alert.message}${acknowledged}${silent}`, alert.advice, cells, size);
}

function panel(why: string, advice: string, cells: number, size: PanelSize): readonly Line[] {
	const height = size.why + size.advice;
	if (height < 2) return [];
	// What to do is told whole before why is: the row has said the gist of it.
	const remedy = paragraph('DO', advice, {cells, indent: 6, maxLines: Math.min(2, height - 1)});
	const cause = paragraph('WHY', why, {cells, indent: 6, maxLines: height - remedy.length});
	return exactly([...cause, ...remedy], height);
}

/** The lines, cut or filled up with empty ones. */
export function exactly(lines: readonly Line[], height: number): readonly Line[] {
	return Array.from({length: Math.max(0, height)}, (_, place) => lines[place] ?? emptyLine);
}

/** Who serves while a vendor's pool is dry: `While openai is dry: gpt-4o → claude-3-opus.` Empty when it is not. */
export function detourOf(snapshot: Snapshot, provider: string): string {
	const pool = snapshot.providers.find((each) => each.name === provider);
	if (pool === undefined || (pool.condition !== 'dry' && pool.condition !== 'down')) return '';
	const detours = snapshot.models
		.filter((model) => model.provider === provider && (model.liveLink ?? 0) > 0)
		.slice(0, 2)
		.map((model) => `${model.name} → ${liveModel(model)}`);
	return detours.length === 0 ? '' : `While ${provider} is ${pool.condition}: ${detours.join(', ')}.`;
}

/** Name of the link that would serve now. */
export function liveModel(model: ModelView): string | undefined {
	return model.liveLink === undefined ? undefined : model.chain[model.liveLink]?.model;
}
