import {Text} from 'ink';
import Spinner from 'ink-spinner';
import type {ReactNode} from 'react';
import {clean} from '../source/format.ts';

/** A turning sign beside what is going on; only drawn while something loads, since each turn costs a frame. */
export function Loading({words}: {readonly words: string}): ReactNode {
	return (
		<Text wrap="truncate">
			<Spinner /> {clean(words)}
		</Text>
	);
}
