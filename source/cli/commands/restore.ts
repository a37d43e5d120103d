import {resolve} from 'node:path';
import {readProject} from '../../opening/project.ts';
import {storeFile} from '../../opening/store-file.ts';
import {restoreBackup} from '../../stores/backup.ts';
import {type Command, exits, projectFlags} from '../command.ts';
import {projectFlagsOf} from '../deck-use.ts';

/** `keydeck restore`: puts a backup in the place of the store. */
export const restoreCommand: Command = {
	name: 'restore',
	summary: 'Put a backup in the place of the store',
	teaches:
		'Checks a backup (or a snapshot of the home) and puts it in the place of the store; the old files are kept in a folder of the home that is named. Refused while a keydeck runs on the home, and when the backup was made with another pepper than the home has: put the old pepper there first.',
	args: [{name: 'file', says: 'What keydeck backup has written', required: true}],
	flags: {json: {says: 'Print JSON (default: one line)'}, ...projectFlags},
	examples: [
		{line: 'keydeck restore monday.backup', says: 'back to monday'},
		{line: 'keydeck restore monday.backup --root ../other', says: 'of another project'},
	],
	exits: {0: 'restored', 2: 'bad usage, a keydeck runs, or the backup cannot be used', 130: 'interrupted'},
	async run(call) {
		const settings = await readProject({...call, flags: projectFlagsOf(call.typed)});
		const path = resolve(call.cwd, call.typed.args[0] ?? '');
		const place = {file: storeFile(settings.home), pepper: settings.pepperFingerprint, now: call.clock.now()};
		const {folder} = restoreBackup(path, place);
		if (call.typed.on('json')) call.output.json({restored: path, before: folder});
		else call.output.lines([`Restored: ${path}. What was there is kept in ${folder}.`]);
		return exits.fine;
	},
};
