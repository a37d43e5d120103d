const dayMs = 86_400_000;

/** 00:00 UTC of the first day of the next month, epoch ms. */
export function nextMonth(now: number): number {
	const date = new Date(now);
	return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** The next 00:00 UTC, epoch ms. */
export function nextDay(now: number): number {
	return (Math.floor(now / dayMs) + 1) * dayMs;
}

/** The next Monday 00:00 UTC, epoch ms. */
export function nextMonday(now: number): number {
	const daysAhead = (8 - new Date(now).getUTCDay()) % 7 || 7;
	return nextDay(now) + (daysAhead - 1) * dayMs;
}

/** The next midnight on the wall clocks of a time zone (`America/Los_Angeles`), epoch ms. */
export function nextMidnight(now: number, timeZone: string): number {
	const rest = dayMs - timeOfDay(now, timeZone);
	const guess = now + rest;
	// A day with a change to or from summer time is an hour shorter or longer.
	const off = timeOfDay(guess, timeZone);
	return off > dayMs / 2 ? guess + (dayMs - off) : guess - off;
}

function timeOfDay(now: number, timeZone: string): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	}).formatToParts(now);
	const part = (type: string): number => Number(parts.find((candidate) => candidate.type === type)?.value ?? 0);
	return ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000 + (now % 1000);
}
