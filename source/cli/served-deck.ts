import type {About} from '../control/frame.ts';
import type {OpenOptions, OwnDeck} from '../opening/open-deck.ts';
import type {Service} from '../service/service.ts';
import type {Call} from './command.ts';

/** An engine of this process with both ports open. */
export type ServedDeck = {
	readonly own: OwnDeck;
	readonly service: Service;
	/** Address of the page, as a browser on this machine calls it. */
	readonly page: string;
	readonly keyService: string;
	/** Finishes what runs, then closes the engine; under 5 s. Idempotent. */
	close(): Promise<void>;
};

type Wiring = Required<Pick<OpenOptions, 'about'>> & {readonly live: true; readonly probing: false};

/** What a process with ports tells others of itself; the addresses are known once they are open. */
export class Presence {
	readonly #command: string;
	#addresses: Omit<About, 'command'> = {};

	constructor(command: string) {
		this.#command = command;
	}

	/** How to open an engine that says so, and probes only once its ports are open. */
	get wiring(): Wiring {
		return {live: true, probing: false, about: () => ({command: this.#command, ...this.#addresses})};
	}

	/** Opens both ports over an engine. When that fails the engine is still the caller's to close. */
	async serve(call: Call, own: OwnDeck, options: {readonly onFailure: (message: string) => void}): Promise<ServedDeck> {
		const {openService} = await import('../service/service.ts');
		const {clock, version, typed} = call;
		const socket = typed.value('socket');
		const service = await openService({
			engine: own.engine,
			settings: own.settings,
			clock,
			version,
			onFailure: options.onFailure,
			...(socket === undefined ? {} : {socket}),
		});
		const [page, keyService] = [reachable(service.healthUrl), reachable(service.keyUrl)];
		this.#addresses = {page, keyService};
		const close = async (): Promise<void> => {
			this.#addresses = {};
			try {
				await service.close();
			} finally {
				await own.close();
			}
		};
		return {own, service, page, keyService, close};
	}
}

/** True for an engine of this process. */
export function isOwn(opened: object): opened is OwnDeck {
	return 'engine' in opened;
}

/** Every address of this machine is no address to call: the loopback one is. */
function reachable(url: string): string {
	return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
