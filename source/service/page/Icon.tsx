import type {JSX} from 'preact';
import type {Shape, Sign} from './signs.ts';

const line = {fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8, 'stroke-linecap': 'round'} as const;

const shapes: Readonly<Record<Shape, JSX.Element>> = {
	dot: <circle cx="8" cy="8" r="5" fill="currentColor" />,
	half: (
		<>
			<circle cx="8" cy="8" r="5" {...line} />
			<path d="M8 3a5 5 0 0 0 0 10z" fill="currentColor" />
		</>
	),
	clock: (
		<>
			<circle cx="8" cy="8" r="5.6" {...line} />
			<path d="M8 4.8V8l2.2 1.6" {...line} />
		</>
	),
	cross: <path d="M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4" {...line} stroke-width={2.4} />,
	bang: (
		<>
			<path d="M8 2.6l6 10.8H2z" {...line} stroke-linejoin="round" />
			<path d="M8 6.6v3M8 11.5v.1" {...line} />
		</>
	),
	question: (
		<>
			<circle cx="8" cy="8" r="5.6" {...line} stroke-dasharray="2.4 2.6" />
			<path d="M6.5 6.6a1.5 1.5 0 1 1 2.2 1.3c-.5.3-.7.6-.7 1.1M8 11v.1" {...line} stroke-width={1.4} />
		</>
	),
	off: (
		<>
			<circle cx="8" cy="8" r="5.6" {...line} />
			<path d="M4.2 11.8l7.6-7.6" {...line} />
		</>
	),
	check: <path d="M3 8.6l3.4 3.4L13 4.6" {...line} stroke-width={2.2} />,
};

/** A sign beside a word; the word says the same. */
export function Icon({sign}: {readonly sign: Sign}): JSX.Element {
	return (
		<svg class={`icon ${sign.tone}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
			{shapes[sign.shape]}
		</svg>
	);
}
