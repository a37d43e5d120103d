import assert from 'node:assert/strict';
import {describe, type TestContext, test} from 'node:test';
import {systemClock} from '../../source/clock.ts';
import {type OwnDeck, openOwnDeck} from '../../source/opening/open-deck.ts';
import {openService, type Service} from '../../source/service/service.ts';
import {noBrowser, openBrowser} from '../helpers/browser.ts';
import {createProject, type Project} from '../helpers/project.ts';

type Running = {readonly own: OwnDeck; readonly service: Service; readonly token: string; close(): Promise<void>};

const hostile = '<img src=x onerror="document.title=1">';

/** A real service on simulated vendors; on the ports of an earlier one where they are given. */
async function serve(project: Project, {key = '0', health = '0', host = '127.0.0.1'} = {}): Promise<Running> {
	const own = await openOwnDeck({
		cwd: project.folder,
		env: {...project.env, KEYDECK_TOKEN: 'a-token-of-this-test-only'},
		flags: {'server.host': host, 'server.keyPort': key, 'server.healthPort': health},
		clock: systemClock,
		version: '1.0.0',
		live: true,
	});
	const service = await openService({engine: own.engine, settings: own.settings, clock: systemClock, version: '1.0.0'});
	return {
		own,
		service,
		token: 'a-token-of-this-test-only',
		async close() {
			await service.close();
			await own.close();
		},
	};
}

async function projectOf(context: TestContext): Promise<Project> {
	const project = await createProject(context, [
		{name: 'OPENAI_API_KEY', vendor: 'openai'},
		{name: 'OPENAI_API_KEY2', vendor: 'openai', behaviour: 'revoked'},
		{name: 'CLAUDE_API_KEY', vendor: 'anthropic'},
	]);
	return project;
}

/** Run in the page: cells whose words do not fit. */
const cutCells = `[...document.querySelectorAll('#keys td.why span, #keys td.rate, #keys .label, #keys .word')]
	.filter((cell) => cell.scrollWidth > cell.clientWidth + 1 || cell.scrollHeight > cell.clientHeight + 1)
	.map((cell) => cell.textContent)`;

describe('the web page in a real browser', {skip: noBrowser}, () => {
	test('shows the live state, trouble first, and complains about nothing', async (context) => {
		const running = await serve(await projectOf(context));
		context.after(() => running.close());
		const {page, mistakes} = await openBrowser(context);
		await page.goto(running.service.healthUrl);
		await page.getByText('OPENAI_API_KEY2').first().waitFor();
		await page
			.getByText(/invalid/i)
			.first()
			.waitFor();
		const rows = await page.locator('#keys tbody tr:not(.group)').allInnerTexts();
		assert.equal(rows.length, 3);
		assert.match(rows[0] ?? '', /OPENAI_API_KEY2/);
		assert.deepEqual(mistakes, []);
	});

	test('says the whole reason and what to do, and cuts no number, on a screen of 1280 pixels', async (context) => {
		const running = await serve(await projectOf(context));
		context.after(() => running.close());
		const {page} = await openBrowser(context);
		await page.setViewportSize({width: 1280, height: 900});
		await page.goto(running.service.healthUrl);
		await page.locator('#keys td.why', {hasText: 'Make a new one at '}).waitFor();
		const cut = await page.evaluate(cutCells);
		assert.deepEqual(cut, []);
	});

	test('an alert appears without a reload', async (context) => {
		const project = await projectOf(context);
		const running = await serve(project);
		context.after(() => running.close());
		const {page} = await openBrowser(context);
		await page.goto(running.service.healthUrl);
		await page.getByText('CLAUDE_API_KEY').first().waitFor();
		assert.equal(await page.getByText('CLAUDE_API_KEY fails for good').count(), 0);
		project.simulator.change({vendor: 'anthropic', keys: {label: 'CLAUDE_API_KEY'}, behaviour: 'revoked'});
		await running.own.engine.test({});
		await page
			.getByText(/CLAUDE_API_KEY.*(invalid|fails)/)
			.first()
			.waitFor({timeout: 10_000});
	});

	test('survives a restart of the server', async (context) => {
		const project = await projectOf(context);
		let running = await serve(project);
		context.after(() => running.close());
		const {page} = await openBrowser(context);
		await page.goto(running.service.healthUrl);
		await page.getByText('CLAUDE_API_KEY').first().waitFor();
		const ports = {key: new URL(running.service.keyUrl).port, health: new URL(running.service.healthUrl).port};
		await running.close();
		await page
			.getByText(/disconnected|no connection|reconnect/i)
			.first()
			.waitFor({timeout: 10_000});
		await page.getByText('CLAUDE_API_KEY').first().waitFor();
		running = await serve(project, ports);
		await page
			.getByText(/disconnected|no connection|reconnect/i)
			.first()
			.waitFor({state: 'hidden', timeout: 20_000});
		assert.ok((await page.getByText('CLAUDE_API_KEY').count()) > 0);
	});

	test('text of a vendor with markup in it stays text', async (context) => {
		const project = await projectOf(context);
		const running = await serve(project);
		context.after(() => running.close());
		const acquired = await running.own.engine.acquire({model: 'gpt-4o'});
		assert.ok(acquired.granted);
		const timing = {at: Date.now(), latencyMs: 5};
		const body = JSON.stringify({error: {message: hostile, code: 'insufficient_quota', type: 'insufficient_quota'}});
		await running.own.engine.release(acquired.lease.id, {kind: 'answered', status: 429, headers: {}, body, timing});
		const {page, mistakes} = await openBrowser(context);
		await page.goto(running.service.healthUrl);
		await page.getByText('OPENAI_API_KEY').first().waitFor();
		await page.getByText(hostile).first().waitFor();
		assert.notEqual(await page.title(), '1');
		assert.equal(await page.locator('img[src="x"]').count(), 0);
		assert.deepEqual(mistakes, []);
	});

	test('asks for the token before an action, keeps it for the tab, and then acts', async (context) => {
		const running = await serve(await projectOf(context));
		context.after(() => running.close());
		const {page} = await openBrowser(context);
		await page.goto(running.service.healthUrl);
		await page.getByText('CLAUDE_API_KEY').first().click();
		await page
			.getByRole('button', {name: /disable/i})
			.first()
			.click();
		const confirm = page.getByRole('button', {name: /^(yes|disable it|switch it off)/i});
		if (await confirm.count()) await confirm.first().click();
		await page.getByLabel('Token').first().waitFor();
		await page.locator('input[type="password"]').fill(running.token);
		await page.getByRole('button', {name: 'Use it'}).click();
		await page
			.getByText(/switched off/)
			.first()
			.waitFor({timeout: 10_000});
		assert.equal(
			running.own.engine.snapshot().keys.find(({label}) => label === 'CLAUDE_API_KEY')?.state.kind,
			'disabled',
		);
		assert.ok(
			await page.evaluate(() => Object.values({...sessionStorage}).some((text) => text.includes('a-token-of'))),
		);
		assert.equal(await page.evaluate('localStorage.length'), 0);
	});

	test('is usable at 400 pixels, dark, without scrolling sideways', async (context) => {
		const running = await serve(await projectOf(context));
		context.after(() => running.close());
		const {page, mistakes} = await openBrowser(context, {width: 400, height: 800, dark: true});
		await page.goto(running.service.healthUrl);
		await page.getByText('OPENAI_API_KEY2').first().waitFor();
		assert.equal(await page.evaluate('document.documentElement.scrollWidth > window.innerWidth + 1'), false);
		assert.deepEqual(mistakes, []);
	});

	test('asks for the token first where other machines can reach it, and says when it is wrong', async (context) => {
		const running = await serve(await projectOf(context), {host: '0.0.0.0'});
		context.after(() => running.close());
		const {page} = await openBrowser(context);
		await page.goto(`http://127.0.0.1:${new URL(running.service.healthUrl).port}`);
		const box = page.locator('input[type="password"]');
		await box.fill('not the one');
		await page.getByRole('button', {name: 'Use it'}).click();
		await page.getByText(/is not the one of this keydeck/).waitFor();
		assert.equal(await page.getByText('CLAUDE_API_KEY').count(), 0);
		await box.fill(running.token);
		await page.getByRole('button', {name: 'Use it'}).click();
		await page.getByText('CLAUDE_API_KEY').first().waitFor();
		await page.reload();
		await page.getByText('CLAUDE_API_KEY').first().waitFor();
	});
});
