import {readdirSync} from 'node:fs';
import {metricList} from './metric-list.ts';
import {type Family, single} from './prometheus-text.ts';

/** What this process uses. */
export function processFamilies(): readonly Family[] {
	const {user, system} = process.cpuUsage();
	const {rss, heapUsed} = process.memoryUsage();
	const files = openFiles();
	return [
		single(metricList.cpu, (user + system) / 1e6),
		single(metricList.residentMemory, rss),
		single(metricList.heap, heapUsed),
		...(files === undefined ? [] : [single(metricList.openFiles, files)]),
	];
}

/** The folder is one of them while it is read. */
function openFiles(): number | undefined {
	try {
		return readdirSync(process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd').length - 1;
	} catch {
		return undefined;
	}
}
