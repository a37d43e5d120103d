#!/usr/bin/env node
import {runMission} from './mission.js';

await runMission('api-health-monitor.js', {check: 'check', summary: 'summary', monitor: 'watch'});
