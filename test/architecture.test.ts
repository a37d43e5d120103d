import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {after, before, test} from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const biome = join(root, 'node_modules/.bin/biome');

/** Files the planted imports may lead to. */
const landmarks = [
	'source/errors.ts',
	'source/secret.ts',
	'source/clock.ts',
	'source/format.ts',
	'source/domain/key.ts',
	'source/strategies/strategy.ts',
	'source/engine/engine.ts',
	'source/engine/snapshot.ts',
	'source/engine/deck.ts',
	'source/stores/store.ts',
	'source/stores/sqlite-store.ts',
	'source/providers/provider.ts',
	'source/providers/openai.ts',
	'source/config/load.ts',
	'source/secrets/secret-source.ts',
	'source/simulator/simulator.ts',
	'source/control/control-server.ts',
	'source/cli/main.ts',
	'source/opening/open-deck.ts',
	'source/library/create-engine.ts',
	'source/service/service.ts',
	'components/app.tsx',
];

type Plant = {readonly file: string; readonly code: string; readonly rule: string};

const imports = (file: string, from: string): Plant => ({
	file,
	code: `import {thing} from '${from}';\n\nexport const planted = thing;\n`,
	rule: 'lint/style/noRestrictedImports',
});

const says = (file: string, expression: string, rule: string): Plant => ({
	file,
	code: `export const planted = () => ${expression};\n`,
	rule,
});

/** One fault per law, most of them in nested folders. */
const faults: readonly Plant[] = [
	imports('source/domain/engine-import.ts', '../engine/engine.ts'),
	imports('source/domain/deep/engine-import.ts', '../../engine/engine.ts'),
	imports('source/domain/deep/strategy-import.ts', '../../strategies/strategy.ts'),
	imports('source/domain/deep/secret-import.ts', '../../secret.ts'),
	imports('source/domain/deep/clock-import.ts', '../../clock.ts'),
	imports('source/strategies/deep/engine-import.ts', '../../engine/engine.ts'),
	imports('source/strategies/deep/store-import.ts', '../../stores/store.ts'),
	imports('source/engine/deep/store-import.ts', '../../stores/sqlite-store.ts'),
	imports('source/engine/deep/provider-import.ts', '../../providers/openai.ts'),
	imports('source/engine/deep/cli-import.ts', '../../cli/main.ts'),
	imports('source/engine/deep/config-import.ts', '../../config/load.ts'),
	imports('source/stores/deep/engine-import.ts', '../../engine/engine.ts'),
	imports('source/stores/deep/provider-import.ts', '../../providers/provider.ts'),
	imports('source/providers/deep/engine-import.ts', '../../engine/engine.ts'),
	imports('source/providers/deep/config-import.ts', '../../config/load.ts'),
	imports('source/config/deep/engine-import.ts', '../../engine/engine.ts'),
	imports('source/secrets/deep/config-import.ts', '../../config/load.ts'),
	imports('source/simulator/deep/provider-import.ts', '../../providers/openai.ts'),
	imports('source/control/deep/store-import.ts', '../../stores/sqlite-store.ts'),
	imports('source/engine/deep/opening-import.ts', '../../opening/open-deck.ts'),
	imports('source/opening/deep/cli-import.ts', '../../cli/main.ts'),
	imports('source/opening/deep/library-import.ts', '../../library/create-engine.ts'),
	imports('source/library/deep/cli-import.ts', '../../cli/main.ts'),
	imports('source/library/deep/service-import.ts', '../../service/gate.ts'),
	imports('source/library/deep/components-import.ts', '../../../components/app.tsx'),
	imports('components/deep/engine-import.ts', '../../source/engine/engine.ts'),
	imports('components/deep/store-import.ts', '../../source/stores/store.ts'),
	imports('source/service/deep/cli-import.ts', '../../cli/main.ts'),
	imports('source/service/deep/store-import.ts', '../../stores/sqlite-store.ts'),
	imports('source/service/deep/provider-import.ts', '../../providers/openai.ts'),
	imports('source/service/deep/opening-import.ts', '../../opening/open-deck.ts'),
	imports('source/service/page/engine-import.ts', '../../engine/engine.ts'),
	imports('source/service/page/server-import.ts', '../../control/control-server.ts'),
	says('source/domain/deep/date.ts', 'Date.now()', 'lint/style/noRestrictedGlobals'),
	says('source/domain/deep/performance.ts', 'performance.now()', 'lint/style/noRestrictedGlobals'),
	says('source/domain/deep/global-this.ts', 'globalThis.Date.now()', 'lint/style/noRestrictedGlobals'),
	says('source/domain/deep/process.ts', 'process.env', 'lint/style/noRestrictedGlobals'),
	says('source/domain/deep/timer.ts', 'setTimeout(() => undefined, 1)', 'lint/style/noRestrictedGlobals'),
	says('source/strategies/deep/fetch.ts', "fetch('x')", 'lint/style/noRestrictedGlobals'),
	says('source/strategies/deep/dice.ts', 'Math.random()', 'plugin'),
	says('source/domain/deep/dice.ts', 'Math.random()', 'plugin'),
	says('source/engine/deep/date.ts', 'Date.now()', 'lint/style/noRestrictedGlobals'),
	says('source/engine/deep/timer.ts', 'setInterval(() => undefined, 1)', 'lint/style/noRestrictedGlobals'),
	says('source/engine/deep/performance.ts', 'performance.now()', 'lint/style/noRestrictedGlobals'),
	says('source/engine/deep/global-this.ts', 'globalThis.Date.now()', 'lint/style/noRestrictedGlobals'),
	says('components/deep/performance.ts', 'performance.now()', 'lint/style/noRestrictedGlobals'),
	says('source/service/page/timer.ts', 'setTimeout(() => undefined, 1)', 'lint/style/noRestrictedGlobals'),
	says('source/service/page/process.ts', 'process.env', 'lint/style/noRestrictedGlobals'),
	says('source/stores/deep/timer.ts', 'setTimeout(() => undefined, 1)', 'lint/style/noRestrictedGlobals'),
	says('components/deep/date.ts', 'Date.now()', 'lint/style/noRestrictedGlobals'),
	{
		file: 'source/domain/deep/node.ts',
		code: "import {readFileSync} from 'node:fs';\n\nexport const planted = readFileSync;\n",
		rule: 'lint/correctness/noNodejsModules',
	},
	{
		file: 'source/cli/cycle-a.ts',
		code: "import {planted} from './cycle-b.ts';\n\nexport const other = () => planted;\n",
		rule: 'lint/suspicious/noImportCycles',
	},
	{
		file: 'source/cli/cycle-b.ts',
		code: "import {other} from './cycle-a.ts';\n\nexport const planted = () => other;\n",
		rule: 'lint/suspicious/noImportCycles',
	},
	{
		file: 'source/cli/floating.ts',
		code: 'async function planted() {}\n\nexport const floats = () => {\n\tplanted();\n};\n',
		rule: 'lint/nursery/noFloatingPromises',
	},
];

/** What the laws must let through. */
const allowed: readonly Plant[] = [
	imports('source/engine/deep/store-contract.ts', '../../stores/store.ts'),
	imports('source/engine/deep/provider-contract.ts', '../../providers/provider.ts'),
	imports('source/domain/deep/errors.ts', '../../errors.ts'),
	imports('components/deep/snapshot.ts', '../../source/engine/snapshot.ts'),
	imports('components/deep/deck.ts', '../../source/engine/deck.ts'),
	imports('components/deep/domain.ts', '../../source/domain/key.ts'),
	imports('source/cli/deep/engine.ts', '../../engine/engine.ts'),
	imports('source/service/page/snapshot.ts', '../../engine/snapshot.ts'),
	imports('source/service/page/domain.ts', '../../domain/key.ts'),
	imports('source/library/deep/opening.ts', '../../opening/open-deck.ts'),
];

let tree = '';

before(async () => {
	tree = await mkdtemp(join(tmpdir(), 'keydeck-laws-'));
	await cp(join(root, 'biome.json'), join(tree, 'biome.json'));
	await cp(join(root, 'lint'), join(tree, 'lint'), {recursive: true});
	for (const landmark of landmarks) await plant(landmark, 'export const thing = 1;\n');
	for (const {file, code} of [...faults, ...allowed]) await plant(file, code);
});

after(() => rm(tree, {recursive: true, force: true}));

test('the linter reports exactly the planted faults, each by its law', async () => {
	const reported = await lint(tree);
	const expected = faults.map(({file, rule}) => `${file} ${rule}`);
	assert.deepEqual([...reported].toSorted(), expected.toSorted());
});

/** The process's clock, and the browser's: a page cannot use the other. */
const clocks = ['source/clock.ts', 'source/service/page/browser-clock.ts'];

test('only the clock reads the time or sets a timer in what ships', async () => {
	const sinners: string[] = [];
	for (const file of await sources()) {
		if (clocks.some((clock) => file.endsWith(clock)) || file.includes('source/simulator/')) continue;
		const text = await readFile(file, 'utf8');
		if (/\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(/.test(text)) sinners.push(file);
	}
	assert.deepEqual(sinners, []);
});

test('files stay under 300 lines', async () => {
	const long: string[] = [];
	for (const file of await sources()) {
		const lines = (await readFile(file, 'utf8')).split('\n').length - 1;
		if (lines > 300) long.push(`${file}: ${lines}`);
	}
	assert.deepEqual(long, []);
});

async function plant(file: string, code: string): Promise<void> {
	await mkdir(dirname(join(tree, file)), {recursive: true});
	await writeFile(join(tree, file), code);
}

/** `file rule` of every diagnostic. */
function lint(folder: string): Promise<Set<string>> {
	return new Promise((resolved) => {
		execFile(
			biome,
			['lint', '--max-diagnostics=none', '--colors=off', '.'],
			{cwd: folder, maxBuffer: 1 << 24},
			(_, stdout, stderr) => {
				const found = `${stdout}\n${stderr}`.matchAll(
					/^((?:source|components)\/\S+?\.tsx?):\d+:\d+ (plugin|lint\/\S+)/gm,
				);
				resolved(new Set([...found].map(([, file, rule]) => `${file} ${rule}`)));
			},
		);
	});
}

async function sources(): Promise<string[]> {
	const found: string[] = [];
	for (const folder of ['source', 'components']) {
		const entries = await readdir(join(root, folder), {recursive: true, withFileTypes: true});
		for (const entry of entries) {
			if (entry.isFile() && /\.tsx?$/.test(entry.name)) found.push(join(entry.parentPath, entry.name));
		}
	}
	return found;
}
