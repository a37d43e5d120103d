import assert from 'node:assert/strict';
import {readFile, symlink} from 'node:fs/promises';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {test} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {listenAtSocket} from '../../source/service/ports.ts';
import {createProject} from '../helpers/project.ts';

const answers = {request: () => undefined, upgrade: () => undefined, clock: systemClock};

test('a file that stands where the unix socket should be is not taken away', async (t) => {
	const project = await createProject(t, []);
	const file = join(project.folder, 'notes.txt');
	const link = join(project.folder, 'link');
	await project.write('notes.txt', 'of somebody');
	await symlink(file, link);
	for (const path of [file, link, project.folder]) {
		await assert.rejects(listenAtSocket(path, answers), {
			code: 'PORT_REFUSED',
			message: `${path} is there and is no socket`,
		});
	}
	assert.equal(await readFile(file, 'utf8'), 'of somebody');
	assert.equal(await readFile(link, 'utf8'), 'of somebody');
});

test('a unix socket somebody listens at is left to them', async (t) => {
	const {folder} = await createProject(t, []);
	const path = join(folder, 'taken');
	const other = createServer((socket) => socket.on('error', () => undefined).end('mine'));
	t.after(() => other.close());
	await new Promise<void>((resolve) => other.listen(path, resolve));
	await assert.rejects(listenAtSocket(path, answers), {code: 'PORT_IN_USE'});
	assert.ok(other.listening);
});

test('a unix socket in a folder that is not there is told so, and not of rights', async (t) => {
	const {folder} = await createProject(t, []);
	await assert.rejects(listenAtSocket(join(folder, 'no', 'socket'), answers), {
		code: 'PORT_REFUSED',
		message: `the folder ${join(folder, 'no')} is not there`,
	});
});
