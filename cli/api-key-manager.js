#!/usr/bin/env node
import {runOriginal} from './original.js';

await runOriginal('api-key-manager.js', {test: 'test', report: 'report', start: 'start'});
