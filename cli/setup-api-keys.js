#!/usr/bin/env node
import {original} from './original.js';

const SetupAPIKeys = original(import.meta.url, 'setup-api-keys', () => {
	process.argv.splice(2, 0, 'setup');
	return import('../bin/keydeck.js');
});

export {SetupAPIKeys, SetupAPIKeys as default, SetupAPIKeys as 'module.exports'};
