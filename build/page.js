/** Bundles the dashboard page into dist/source/service/page; fails when it has grown too heavy. */
import {copyFile, mkdir, readFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const from = join(root, 'source/service/page');
const to = join(root, 'dist/source/service/page');
/** A page that is opened in trouble, over a poor line, must be there at once. */
const mostGzippedBytes = 150 * 1024;

await mkdir(to, {recursive: true});
await build({
	absWorkingDir: root,
	entryPoints: {page: join(from, 'main.tsx')},
	outdir: to,
	bundle: true,
	minify: true,
	format: 'esm',
	target: 'es2022',
	platform: 'browser',
	jsx: 'automatic',
	jsxImportSource: 'preact',
	tsconfig: join(from, 'tsconfig.json'),
	legalComments: 'none',
	logLevel: 'warning',
});
await build({
	absWorkingDir: root,
	entryPoints: {page: join(from, 'style/index.css')},
	outdir: to,
	bundle: true,
	minify: true,
	logLevel: 'warning',
});
await copyFile(join(from, 'index.html'), join(to, 'index.html'));

const sizes = await Promise.all(
	['index.html', 'page.js', 'page.css'].map(async (name) => [name, gzipSync(await readFile(join(to, name))).length]),
);
const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const parts = sizes.map(([name, bytes]) => `${name} ${kilobytes(bytes)}`).join(', ');
console.log(`page: ${kilobytes(total)} gzipped (${parts})`);
if (total > mostGzippedBytes) {
	console.error(`page: heavier than the ${kilobytes(mostGzippedBytes)} it may have`);
	process.exitCode = 1;
}
