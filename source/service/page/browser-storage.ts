import type {TokenVault} from './session.ts';

const tokenName = 'keydeck.token';
const themeName = 'keydeck.theme';

export type ThemeName = 'dark' | 'light';

/** Forgotten with the tab; never in a cookie, never in `localStorage`. */
export const sessionVault: TokenVault = {
	read: () => read(tokenName),
	keep: (token) => keep(tokenName, token),
};

/** What the system prefers, unless a person chose otherwise in this tab. */
export function currentTheme(): ThemeName {
	const chosen = read(themeName);
	if (chosen === 'dark' || chosen === 'light') return chosen;
	return window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

export function chooseTheme(theme: ThemeName): void {
	keep(themeName, theme);
	paintTheme();
}

/** Tells the style sheet. */
export function paintTheme(): void {
	document.documentElement.dataset.theme = currentTheme();
}

/** Storage may be forbidden; then everything is asked for anew. */
function read(name: string): string | undefined {
	try {
		return sessionStorage.getItem(name) ?? undefined;
	} catch {
		return undefined;
	}
}

function keep(name: string, value: string | undefined): void {
	try {
		if (value === undefined) sessionStorage.removeItem(name);
		else sessionStorage.setItem(name, value);
	} catch {
		// The page works without.
	}
}
