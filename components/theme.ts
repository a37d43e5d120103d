import chalk from 'chalk';
import type {Line} from './line.ts';

/** What a text means; components never name a colour. */
export type Tone = 'plain' | 'quiet' | 'title' | 'good' | 'warn' | 'bad' | 'rest' | 'accent';

export type ThemeName = 'dark' | 'light';

/** Colours by meaning, from the sixteen that every terminal lets its user choose. */
export type Theme = {readonly name: ThemeName; readonly tones: Readonly<Record<Tone, (text: string) => string>>};

const plain = (text: string): string => text;

export const themes: Readonly<Record<ThemeName, Theme>> = {
	dark: {
		name: 'dark',
		tones: {
			plain,
			quiet: chalk.gray,
			title: chalk.cyan,
			good: chalk.green,
			warn: chalk.yellow,
			bad: chalk.redBright,
			rest: chalk.yellow,
			accent: chalk.cyanBright,
		},
	},
	light: {
		name: 'light',
		tones: {
			plain,
			quiet: chalk.gray,
			title: chalk.blue,
			good: chalk.green,
			warn: chalk.magenta,
			bad: chalk.red,
			rest: chalk.magenta,
			accent: chalk.blueBright,
		},
	},
};

/** The line as text with colour sequences; `dim` paints all of it as quiet, for what is out of date. */
export function paint(line: Line, theme: Theme, dim = false): string {
	let painted = '';
	for (const {text, tone, bold} of line) {
		const coloured = theme.tones[dim ? 'quiet' : tone](text);
		painted += bold && !dim ? chalk.bold(coloured) : coloured;
	}
	return painted;
}
