const firstMs = 500;
const mostMs = 10_000;

/**
 * Pause before the next try to reach the engine: doubles from half a second up to ten seconds. Half of it is
 * chance, so that pages that lost the same engine do not all come back at the same moment. `random`: in [0, 1).
 */
export function reconnectDelayMs(failures: number, random: number): number {
	const full = Math.min(mostMs, firstMs * 2 ** Math.min(20, Math.max(0, failures - 1)));
	return Math.max(firstMs, Math.round(full * (0.5 + random / 2)));
}
