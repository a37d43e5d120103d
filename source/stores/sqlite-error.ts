/** Result codes of SQLite that keydeck tells apart; see sqlite.org/rescode.html. */
const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** Another connection holds the lock. */
export function isBusy(error: unknown): boolean {
	return resultCode(error) === BUSY;
}

/** The file's content is not what SQLite wrote. */
export function isDamage(error: unknown): boolean {
	const code = resultCode(error);
	return code === CORRUPT || code === NOT_A_DATABASE;
}

/** The primary result code, without its extension; undefined for other errors. */
function resultCode(error: unknown): number | undefined {
	if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
	return error.errcode & 0xff;
}
