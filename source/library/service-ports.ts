import {systemClock} from '../clock.ts';
import {KeydeckError} from '../errors.ts';
import type {LastingLeasing} from '../opening/lasting-leasing.ts';
import {packageVersion} from '../opening/package-version.ts';

/** Where the service answers. */
export type Served = {
	/** Key service: `http://127.0.0.1:3001`. */
	readonly keyUrl: string;
	/** Health service and the web page. */
	readonly healthUrl: string;
	/** File of the access token; undefined when `KEYDECK_TOKEN` is set. */
	readonly tokenFile: string | undefined;
};

export type Serving = Served & {close(): Promise<void>};

/**
 * Opens both ports over the engine of this process; they keep it alive. Throws `HOME_IN_USE` when
 * another process runs the engine, `PORT_IN_USE` and its like.
 */
export async function servePorts(deck: LastingLeasing): Promise<Serving> {
	const {engine, page, settings} = deck.project;
	if (engine === undefined) {
		const where = page === undefined ? 'it opens no port' : `its page is ${page}`;
		throw new KeydeckError('HOME_IN_USE', `another keydeck process runs the engine of ${settings.home}; ${where}`, {
			hint: page === undefined ? 'end it, or run keydeck start in its place' : 'use that one, or end it first',
		});
	}
	const {openService} = await import('../service/service.ts');
	const {keyUrl, healthUrl, tokenFile, close} = await openService({
		engine,
		settings,
		clock: systemClock,
		version: packageVersion(),
	});
	return {keyUrl, healthUrl, tokenFile, close};
}

export async function endServing(serving: Promise<Serving> | undefined): Promise<void> {
	const open = await serving?.catch(() => undefined);
	await open?.close();
}
