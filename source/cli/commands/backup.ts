import {resolve} from 'node:path';
import {fileSize, isoTime} from '../../format.ts';
import {readProject} from '../../opening/project.ts';
import {storeFile} from '../../opening/store-file.ts';
import {backUp} from '../../stores/backup.ts';
import {type Command, exits, projectFlags} from '../command.ts';
import {projectFlagsOf} from '../deck-use.ts';

/** `keydeck backup`: a copy of the store to keep elsewhere. */
export const backupCommand: Command = {
	name: 'backup',
	summary: 'A checked copy of the store in one file',
	teaches:
		'Writes history, states, alerts and counts into one file, opened and checked before it has its name. It holds no key, no access token and no pepper: keep a copy of the file pepper in the home beside it, for without the pepper the backup is of no use. While a keydeck runs on the home, its newest snapshot (an hour old at most, as a rule) is copied.',
	args: [{name: 'file', says: 'Where to (default: keydeck-<time>.backup in this folder); never replaced'}],
	flags: {json: {says: 'Print JSON (default: one line)'}, ...projectFlags},
	examples: [
		{line: 'keydeck backup', says: 'into this folder'},
		{line: 'keydeck backup /mnt/safe/monday.backup', says: 'elsewhere'},
	],
	exits: {0: 'written', 2: 'bad usage, the file is there already, or it cannot be written', 130: 'interrupted'},
	async run(call) {
		const settings = await readProject({...call, flags: projectFlagsOf(call.typed)});
		const now = call.clock.now();
		const name = call.typed.args[0] ?? `keydeck-${isoTime(now).replaceAll(/[:.]/g, '-')}.backup`;
		const place = {file: storeFile(settings.home), pepper: settings.pepperFingerprint, now};
		const backup = backUp(resolve(call.cwd, name), place);
		for (const note of backup.notes) call.output.note(note);
		const {path, at, from, bytes} = backup;
		if (call.typed.on('json')) call.output.json({file: path, at: isoTime(at), from, bytes});
		else {
			const source = from === 'store' ? '' : `, the newest snapshot of the keydeck that runs, of ${isoTime(at)}`;
			call.output.lines([`Written: ${path} (${fileSize(bytes)}${source})`]);
			call.output.note(`Keep the pepper with it, apart from this disk: ${settings.home}/pepper`);
		}
		return exits.fine;
	},
};
