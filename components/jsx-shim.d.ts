import type {JSX as ReactJsx} from 'react';

// The declarations of ink-spinner name the global JSX namespace, which React 19 no longer has.
declare global {
	namespace JSX {
		type Element = ReactJsx.Element;
	}
}
