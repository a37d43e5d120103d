import type {HistoryEntry, RollUp} from '../domain/reading.ts';
import {clockAheadMs, pairs, type RedisContext, strings} from './redis-context.ts';
import {type Argument, RedisAway} from './redis-link.ts';
import {ENTRY_KEPT_MS, type Span, spanNames, spanStart, spans, withEntry} from './roll-up.ts';
import {numbersOf, sumOfNumbers} from './row-text.ts';
import type {HistoryQuery, Knowledge, RollUpQuery} from './store.ts';

const batchEntries = 200;
const mostWaiting = 10_000;
/** Entries remembered here, to answer from while Redis is away. */
const mostRemembered = 2000;
const dayMs = 86_400_000;
const keptMs = 90 * dayMs;

type Batch = {readonly number: number; readonly entries: readonly HistoryEntry[]};

/** History, sums, knowledge and money: given in groups, kept in Redis. */
export class RedisHistory {
	readonly #context: RedisContext;
	#waiting: HistoryEntry[] = [];
	/** Sent but not confirmed: sent again under the same number it counts once. */
	#batch: Batch | undefined;
	#batches = 0;
	#remembered: HistoryEntry[] = [];
	readonly #learned = new Map<string, Knowledge>();
	readonly #owedUsd = new Map<string, number>();
	readonly #spentUsd = new Map<string, number>();
	#flushing: Promise<void> | undefined;

	constructor(context: RedisContext) {
		this.#context = context;
	}

	record(entry: HistoryEntry): void {
		this.#waiting.push(entry);
		if (this.#waiting.length > mostWaiting) this.#waiting.shift();
		this.#remember([entry]);
	}

	/** Entries of others too: while Redis is away they are all there is. */
	#remember(entries: readonly HistoryEntry[]): void {
		this.#remembered.push(...entries);
		if (this.#remembered.length > mostRemembered * 2) this.#remembered = this.#remembered.slice(-mostRemembered);
	}

	/** Entries another replica has recorded. */
	received(text: string): readonly HistoryEntry[] {
		const entries = JSON.parse(text) as readonly HistoryEntry[];
		this.#remember(entries);
		return entries;
	}

	learn(knowledge: Knowledge): void {
		this.#learned.set(knowledge.kid, knowledge);
	}

	/** Writes what is waiting; what cannot be written goes on waiting. */
	flush(anyway = false): Promise<void> {
		this.#flushing ??= this.#flush(anyway)
			.catch((error: unknown) => {
				if (!(error instanceof RedisAway)) throw error;
			})
			.finally(() => {
				this.#flushing = undefined;
			});
		return this.#flushing;
	}

	async history({kid, sinceMs, limit}: HistoryQuery): Promise<readonly HistoryEntry[]> {
		const {link, keys} = this.#context;
		try {
			await this.#settled();
			const key = kid === undefined ? keys.entries : keys.entriesOf(kid);
			const range = ['+inf', sinceMs ?? '-inf', 'LIMIT', 0, limit];
			return strings(await link.command('ZREVRANGEBYSCORE', [key, ...range])).map(keptEntry);
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
			const known = this.#remembered.filter(
				(entry) => (kid === undefined || entry.kid === kid) && entry.at >= (sinceMs ?? 0),
			);
			return known.reverse().slice(0, limit);
		}
	}

	async rollUps({kid, span, since}: RollUpQuery): Promise<readonly RollUp[]> {
		const {link} = this.#context;
		const {sums, order} = this.#spanKeys(span);
		try {
			await this.#settled();
			const ids = strings(await link.command('ZRANGEBYSCORE', [order, since, '+inf'])).filter(
				(id) => kid === undefined || id.endsWith(` ${kid}`),
			);
			const found: RollUp[] = [];
			for (let first = 0; first < ids.length; first += 1000) {
				const some = ids.slice(first, first + 1000);
				const kept = strings(await link.command('HMGET', [sums, ...some]));
				found.push(...some.map((id, index) => keptSum(id, kept[index] ?? '')));
			}
			return found;
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
			return this.#rememberedSums({span, since, ...(kid === undefined ? {} : {kid})});
		}
	}

	async knowledge(): Promise<Knowledge[]> {
		const kept = pairs(await this.#context.link.command('HGETALL', [this.#context.keys.knowledge], {anyway: true}));
		return kept
			.map(([, body]) => JSON.parse(body) as Knowledge)
			.toSorted((a, b) => a.firstSeenAt - b.firstSeenAt || (a.kid < b.kid ? -1 : 1));
	}

	async spend(day: string, amount: number): Promise<number> {
		const {link, keys} = this.#context;
		try {
			const sum = Number(await link.command('HINCRBYFLOAT', [keys.spent, day, amount]));
			this.#spentUsd.set(day, sum);
			return sum;
		} catch (error) {
			if (!(error instanceof RedisAway)) throw error;
			const sum = (this.#spentUsd.get(day) ?? 0) + amount;
			this.#spentUsd.set(day, sum);
			this.#owe(day, amount);
			return sum;
		}
	}

	/** Tells Redis what it missed. */
	async reconcile(): Promise<void> {
		const {link, keys} = this.#context;
		for (const [day, amount] of this.#owedUsd) {
			this.#owedUsd.delete(day);
			await link.command('HINCRBYFLOAT', [keys.spent, day, amount], {anyway: true}).catch((error: unknown) => {
				this.#owe(day, amount);
				throw error;
			});
		}
		await this.flush(true);
	}

	async prune(now: number): Promise<void> {
		const {link, keys} = this.#context;
		const at = now + clockAheadMs(this.#context);
		await link.command('ZREMRANGEBYSCORE', [keys.entries, '-inf', `(${at - ENTRY_KEPT_MS}`]);
		for (const {kid} of await this.knowledge()) {
			await link.command('ZREMRANGEBYSCORE', [keys.entriesOf(kid), '-inf', `(${at - ENTRY_KEPT_MS}`]);
			await link.command('PEXPIRE', [keys.entriesOf(kid), ENTRY_KEPT_MS * 2]);
		}
		for (const span of spanNames) {
			const {sums, order} = this.#spanKeys(span);
			const past = `(${at - spans[span].keptMs}`;
			const ids = strings(await link.command('ZRANGEBYSCORE', [order, '-inf', past]));
			for (let first = 0; first < ids.length; first += 1000) {
				await link.command('HDEL', [sums, ...ids.slice(first, first + 1000)]);
			}
			await link.command('ZREMRANGEBYSCORE', [order, '-inf', past]);
		}
		const days = strings(await link.command('HKEYS', [keys.spent]));
		const past = days.filter((day) => Date.parse(`${day}T00:00:00Z`) < now - keptMs);
		if (past.length > 0) await link.command('HDEL', [keys.spent, ...past]);
	}

	/** Everything given so far is in Redis, or Redis is away. */
	async #settled(): Promise<void> {
		await this.#flushing;
		await this.flush();
	}

	async #flush(anyway: boolean): Promise<void> {
		while (this.#batch !== undefined || this.#waiting.length > 0) {
			if (this.#batch === undefined) {
				this.#batches += 1;
				this.#batch = {number: this.#batches, entries: this.#waiting.slice(0, batchEntries)};
				this.#waiting = this.#waiting.slice(batchEntries);
			}
			await this.#writeBatch(this.#batch, anyway);
			this.#batch = undefined;
		}
		const learned = [...this.#learned];
		if (learned.length === 0) return;
		const {link, keys} = this.#context;
		const flat = learned.flatMap(([kid, knowledge]) => [kid, JSON.stringify(knowledge)]);
		await link.command('HSET', [keys.knowledge, ...flat], {anyway});
		const told = JSON.stringify(learned.map(([, knowledge]) => knowledge));
		const entry = ['MAXLEN', '~', 10_000, '*', 'from', this.#context.replica, 'learned', told];
		await link.command('XADD', [keys.changes, ...entry], {anyway});
		for (const [kid, knowledge] of learned) if (this.#learned.get(kid) === knowledge) this.#learned.delete(kid);
	}

	async #writeBatch({number, entries}: Batch, anyway: boolean): Promise<void> {
		const {link, keys, replica} = this.#context;
		const where = [keys.entries, keys.lastEntry, keys.batches, keys.changes];
		const places = {minute: where.length + 1, hour: where.length + 3};
		for (const span of spanNames) where.push(this.#spanKeys(span).sums, this.#spanKeys(span).order);
		const sums = new Map<string, readonly [Span, RollUp]>();
		const args: Argument[] = [];
		for (const entry of entries) {
			const ofKey = keys.entriesOf(entry.kid);
			if (!where.includes(ofKey)) where.push(ofKey);
			args.push(entry.at, where.indexOf(ofKey) + 1, JSON.stringify(entry));
			for (const span of spanNames) {
				const at = spanStart(span, entry.at);
				const id = `${span} ${at} ${entry.kid}`;
				sums.set(id, [span, withEntry(sums.get(id)?.[1], entry, at)]);
			}
		}
		for (const [span, sum] of sums.values()) args.push(places[span], sum.at, sum.kid, ...numbersOf(sum));
		await link.run('record', where, [replica, number, JSON.stringify(entries), entries.length, ...args], {anyway});
	}

	#rememberedSums({kid, span, since}: RollUpQuery): RollUp[] {
		const sums = new Map<string, RollUp>();
		for (const entry of this.#remembered) {
			const at = spanStart(span, entry.at);
			if (at < since || (kid !== undefined && entry.kid !== kid)) continue;
			sums.set(`${at} ${entry.kid}`, withEntry(sums.get(`${at} ${entry.kid}`), entry, at));
		}
		return [...sums.values()].toSorted((a, b) => a.at - b.at);
	}

	#owe(day: string, amount: number): void {
		if (amount > 0) this.#owedUsd.set(day, (this.#owedUsd.get(day) ?? 0) + amount);
	}

	#spanKeys(span: Span): {readonly sums: string; readonly order: string} {
		const {minutes, minutesByTime, hours, hoursByTime} = this.#context.keys;
		return span === 'minute' ? {sums: minutes, order: minutesByTime} : {sums: hours, order: hoursByTime};
	}
}

/** A member of the sorted set: its number, then the entry. */
function keptEntry(member: string): HistoryEntry {
	return JSON.parse(member.slice(member.indexOf(' ') + 1)) as HistoryEntry;
}

function keptSum(id: string, kept: string): RollUp {
	const [at = '0', kid = ''] = id.split(' ');
	return sumOfNumbers(kid, Number(at), kept.split(' ').map(Number));
}
