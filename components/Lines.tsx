import {Text} from 'ink';
import {memo, type ReactNode} from 'react';
import type {Line} from './line.ts';
import {paint, type Theme} from './theme.ts';

type Props = {
	readonly lines: readonly Line[];
	readonly theme: Theme;
	/** Everything quiet: what is shown is out of date. @default false */
	readonly dim?: boolean;
};

/** One row of the screen per line. Lines are already cut to the width they may take. */
export function Lines({lines, theme, dim = false}: Props): ReactNode {
	// Rows have no identity but their place: a screen is redrawn from top to bottom.
	return lines.map((line, place) => <Row key={String(place)} text={paint(line, theme, dim)} />);
}

/** An unchanged row costs nothing. */
const Row = memo(function Row({text}: {readonly text: string}): ReactNode {
	return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});
