import type {JSX} from 'preact';
import {bindings} from './page-keys.ts';

/** The table of shortcuts, as the keyboard reads it. */
export function HelpCard({onClose}: {readonly onClose: () => void}): JSX.Element {
	return (
		<aside class="panel help" aria-label="Keyboard shortcuts">
			<div class="tools">
				<h2>Keys to press</h2>
				<span class="grow" />
				<button type="button" class="plain" onClick={onClose} aria-label="Close" title="Esc">
					✕
				</button>
			</div>
			<dl>
				{bindings.map(({shown, does}) => (
					<div key={shown}>
						<dt>
							<kbd>{shown}</kbd>
						</dt>
						<dd>{does}</dd>
					</div>
				))}
			</dl>
		</aside>
	);
}
