import {Secret} from '../secret.ts';
import type {SecretSource} from './secret-source.ts';

/** `env:NAME`: a variable of the environment or the `.env`. */
export function environmentSource(variable: (name: string) => string | undefined): SecretSource {
	return {
		scheme: 'env',
		async resolve(name) {
			// A key pasted after `env:` must not be echoed as if it were a name.
			if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)) {
				return {
					ok: false,
					rule: 'does not name a variable',
					hint: 'Write env: and the name of a variable, e.g. env:TEAM_B_KEY',
				};
			}
			const value = variable(name);
			if (value !== undefined && value.trim() !== '') return {ok: true, secret: new Secret(value)};
			// Only what is plainly a name is repeated.
			const shown = /^[A-Z_][A-Z0-9_]{0,39}$/.test(name) ? name : 'a variable';
			return {ok: false, rule: `refers to ${shown}, which is not set`, hint: 'Set it, or take the reference out'};
		},
	};
}
