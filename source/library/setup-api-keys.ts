import {KeydeckError} from '../errors.ts';

/** The setup of the original tool. It asks a person, so it is a command, which comes with a later release. */
export class SetupAPIKeys {
	/** Says so; writes nothing. */
	async run(): Promise<never> {
		throw new KeydeckError('NOT_IN_LIBRARY', 'the setup is no part of the library', {
			hint: 'run: keydeck setup; or write keys into .env by hand, e.g. OPENAI_API_KEY=…',
		});
	}
}

// `require` of this module gives the class itself.
export {SetupAPIKeys as default, SetupAPIKeys as 'module.exports'};
