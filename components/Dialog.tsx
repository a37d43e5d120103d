import {Box} from 'ink';
import type {ReactNode} from 'react';
import type {Dialog as DialogState} from './dashboard-state.ts';
import {dialogLines} from './dialog-lines.ts';
import {Lines} from './Lines.tsx';
import type {Theme} from './theme.ts';

type Props = {
	readonly dialog: DialogState;
	readonly columns: number;
	readonly rows: number;
	readonly theme: Theme;
};

/** A box in the middle of the screen. Its lines are filled with blanks, since boxes are transparent. */
export function Dialog({dialog, columns, rows, theme}: Props): ReactNode {
	const {lines, width} = dialogLines(dialog, columns, rows);
	const left = Math.floor((columns - width) / 2);
	const top = Math.max(0, Math.floor((rows - lines.length) / 2));
	return (
		<Box position="absolute" flexDirection="column" left={left} top={top} width={width} height={lines.length}>
			<Lines lines={lines} theme={theme} />
		</Box>
	);
}
