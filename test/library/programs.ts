import {mkdir, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {finished, packageRoot, startScript} from '../helpers/binary.ts';
import type {Project} from '../helpers/project.ts';

/** Makes the package one that programs of this folder can import, as an installed one. */
export async function install({folder}: Pick<Project, 'folder'>): Promise<void> {
	await mkdir(join(folder, 'node_modules'), {recursive: true});
	await symlink(packageRoot, join(folder, 'node_modules', 'keydeck'), 'dir');
}

/** Writes a program into the project and starts it there. */
export async function startProgram(project: Project, file: string, text: string) {
	await project.write(file, text);
	return startScript([], {script: join(project.folder, file), cwd: project.folder, env: project.env});
}

/** Runs a program in the project to its end. */
export async function runProgram(project: Project, file: string, text: string) {
	return finished(await startProgram(project, file, text));
}
