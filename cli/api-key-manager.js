#!/usr/bin/env node
import {runMission} from './mission.js';

await runMission('api-key-manager.js', {test: 'test', report: 'report', start: 'start'});
