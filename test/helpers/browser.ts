import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {TestContext} from 'node:test';
import {type BrowserContext, chromium, type Page} from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Why a test that needs a browser is skipped here; false when there is one. */
export const noBrowser: string | false = existsSync(executablePath) ? false : 'needs chromium (apt install chromium)';

/** Opens a real browser with a profile of its own; `mistakes` collects what the page complains about. */
export async function openBrowser(
	context: TestContext,
	look: {readonly width: number; readonly height: number; readonly dark?: boolean} = {width: 1400, height: 900},
): Promise<{readonly browser: BrowserContext; readonly page: Page; readonly mistakes: string[]}> {
	const profile = await mkdtemp(join(tmpdir(), 'keydeck-browser-'));
	const browser = await chromium.launchPersistentContext(profile, {
		executablePath,
		headless: true,
		viewport: {width: look.width, height: look.height},
		colorScheme: look.dark === true ? 'dark' : 'light',
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
	context.after(async () => {
		await browser.close();
		await rm(profile, {recursive: true, force: true});
	});
	const page = browser.pages()[0] ?? (await browser.newPage());
	const mistakes: string[] = [];
	page.on('pageerror', (error) => mistakes.push(error.message));
	page.on('console', (message) => {
		if (message.type() === 'error') mistakes.push(message.text());
	});
	return {browser, page, mistakes};
}
