import type {KeySource} from '../domain/key.ts';
import type {LimitSettings} from '../domain/limit.ts';
import type {Secret} from '../secret.ts';
import type {Origin} from './settings.ts';

/** What an entry may say about a key beside the key. */
export type KeyAttributes = {
	readonly label?: string;
	readonly account?: string;
	readonly weight?: number;
	readonly limits?: LimitSettings;
	readonly disabled?: boolean;
};

/** A text found where a key belongs, before anyone has looked at it. */
export type RawKey = {
	readonly provider: string;
	/** A key, a reference to one, or a placeholder; without white space around it. */
	readonly text: Secret;
	/** Name of the place: `OPENAI_API_KEY2`, `tokenpool:gpt-4o[1]`. */
	readonly label: string;
	readonly source: KeySource;
	readonly origin: Origin;
	/** Where a problem stands: `.env line 5`. */
	readonly place: string;
	/** What holds it and maybe others, in front of people: `DEEPSEEK_API_KEYS in .env line 9`. */
	readonly holder: string;
	/** An object entry, which always counts, with what it says; absent for plain text. */
	readonly entry?: KeyAttributes;
	/** Other users may change the file: no command is run for it. */
	readonly writableByOthers: boolean;
	/** The same variable elsewhere that lost: `.env line 3: sk-proj-Ab…`. */
	readonly shadows?: readonly string[];
};
