#!/usr/bin/env node
import {runMission} from './mission.js';

await runMission('api-key-rotator.js', {stats: 'stats', test: 'rotate', monitor: 'monitor'});
