const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** Days from 1 Jan 1970 to a day such as `2027-01-14`. */
export function dayOf(day: string): number {
	const [year, month, date] = parts(day);
	// A leap day counts from March on, so January and February belong to the year before.
	const leapYears = month > 2 ? year : year - 1;
	const leapDays = Math.floor(leapYears / 4) - Math.floor(leapYears / 100) + Math.floor(leapYears / 400) - 477;
	return (year - 1970) * 365 + leapDays + (daysBefore[month - 1] ?? 0) + date - 1;
}

/** `2027-01-14` as people write it: `14 Jan 2027`. */
export function dayText(day: string): string {
	const [year, month, date] = parts(day);
	return `${date} ${months[month - 1] ?? month} ${year}`;
}

function parts(day: string): [year: number, month: number, date: number] {
	const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
	return [year, month, date];
}
