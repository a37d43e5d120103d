#!/usr/bin/env node
import {runOriginal} from './original.js';

await runOriginal('api-key-rotator.js', {stats: 'stats', test: 'rotate', monitor: 'monitor'});
