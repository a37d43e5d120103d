#!/usr/bin/env node
import {original, runOriginal} from './original.js';

const APIHealthMonitor = original(import.meta.url, 'api-health-monitor', () =>
	runOriginal('api-health-monitor.js', {check: 'check', summary: 'summary', monitor: 'watch'}),
);

export {APIHealthMonitor, APIHealthMonitor as default, APIHealthMonitor as 'module.exports'};
