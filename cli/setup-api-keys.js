#!/usr/bin/env node
process.argv.splice(2, 0, 'setup');
await import('../bin/keydeck.js');
