#!/usr/bin/env node
import {runOriginal} from './original.js';

await runOriginal('api-health-monitor.js', {check: 'check', summary: 'summary', monitor: 'watch'});
