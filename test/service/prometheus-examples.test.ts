import assert from 'node:assert/strict';
import {cp, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {test} from 'node:test';
import {metricList} from '../../source/service/metric-list.ts';
import {promtool, withPromtool} from '../helpers/promtool.ts';

const examples = resolve(import.meta.dirname, '../../../examples');

type Target = {readonly expr: string; readonly refId: string};
type Panel = {
	readonly id: number;
	readonly type: string;
	readonly title: string;
	readonly targets?: readonly Target[];
	readonly datasource?: {readonly uid: string};
};
type Dashboard = {
	readonly schemaVersion: number;
	readonly templating: {
		readonly list: readonly {readonly name: string; readonly type: string; readonly definition?: string}[];
	};
	readonly panels: readonly Panel[];
};

/** Every name of a series that a scrape can give. */
const emitted = new Set(
	Object.values(metricList).flatMap(({name, type}) =>
		type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
	),
);

async function dashboard(): Promise<Dashboard> {
	return JSON.parse(await readFile(join(examples, 'grafana/keydeck-dashboard.json'), 'utf8')) as Dashboard;
}

function rules(): Promise<string> {
	return readFile(join(examples, 'prometheus/keydeck.rules.yml'), 'utf8');
}

/** Words of an expression that name a metric: these three families have underscores, functions and labels do not. */
function metricNames(expression: string): string[] {
	return expression.match(/\b(?:keydeck|process|nodejs)_\w+/g) ?? [];
}

async function expressions(): Promise<string[]> {
	const {panels, templating} = await dashboard();
	return [
		...panels.flatMap(({targets = []}) => targets.map(({expr}) => expr)),
		...templating.list.flatMap(({definition = ''}) => (definition === '' ? [] : [definition])),
	];
}

test('the Grafana dashboard and the alert rules ask only for metrics that there are', async () => {
	for (const expression of [...(await expressions()), await rules()]) {
		const names = metricNames(expression);
		assert.ok(names.length > 0, expression);
		for (const name of names) assert.ok(emitted.has(name), `${name} in ${expression}`);
	}
});

test('the Grafana dashboard shows every metric but those that only experts ask for', async () => {
	const asked = new Set((await expressions()).flatMap(metricNames).map((name) => name.replace(/_bucket$/, '')));
	const unasked = Object.values(metricList).flatMap(({name}) => (asked.has(name) ? [] : [name]));
	assert.deepEqual(unasked, [
		'keydeck_key_usable',
		'keydeck_key_proof_timestamp_seconds',
		'keydeck_key_in_flight',
		'keydeck_key_balance',
		'keydeck_provider_condition',
		'keydeck_alerts_fired_total',
	]);
});

test('the panels of the Grafana dashboard have ids of their own and the chosen data source', async () => {
	const {panels, templating, schemaVersion} = await dashboard();
	assert.ok(schemaVersion >= 39);
	assert.equal(new Set(panels.map(({id}) => id)).size, panels.length);
	assert.equal(templating.list.find(({name}) => name === 'datasource')?.type, 'datasource');
	for (const {type, title, datasource, targets = []} of panels.filter((panel) => panel.type !== 'row')) {
		assert.equal(datasource?.uid, `\${datasource}`, `${type} ${title}`);
		assert.equal(new Set(targets.map(({refId}) => refId)).size, targets.length, title);
	}
});

test('the queries of the Grafana dashboard are PromQL', withPromtool, async () => {
	const folder = await mkdtemp(join(tmpdir(), 'keydeck-promql-'));
	const {panels} = await dashboard();
	const records = panels
		.flatMap(({targets = []}) => targets)
		.map(({expr}, index) => ({record: `query:${index}`, expr: expr.replaceAll('$__rate_interval', '1m')}));
	const path = join(folder, 'queries.yml');
	await writeFile(path, JSON.stringify({groups: [{name: 'queries', rules: records}]}));
	const {code, said} = await promtool(['check', 'rules', path]);
	await rm(folder, {recursive: true});
	assert.equal(code, 0, said);
	assert.match(said, new RegExp(`SUCCESS: ${records.length} rules found`));
});

test('the alert rules are rules', withPromtool, async () => {
	const {code, said} = await promtool(['check', 'rules', join(examples, 'prometheus/keydeck.rules.yml')]);
	assert.equal(code, 0, said);
	assert.match(said, /SUCCESS: 6 rules found/);
});

test('the scrape configuration is one, with the rules and a token beside it', withPromtool, async () => {
	const folder = await mkdtemp(join(tmpdir(), 'keydeck-scrape-'));
	await cp(join(examples, 'prometheus'), folder, {recursive: true});
	await writeFile(join(folder, 'keydeck.token'), 'secret');
	const {code, said} = await promtool(['check', 'config', join(folder, 'prometheus.yml')]);
	await rm(folder, {recursive: true});
	assert.equal(code, 0, said);
	assert.match(said, /prometheus\.yml is valid prometheus config file syntax/);
	assert.match(said, /SUCCESS: 6 rules found/);
});
