// Imported first: chalk, Ink and the time formats read these once, when they load.
process.env.FORCE_COLOR = '1';
process.env.COLUMNS = '100';
process.env.LINES = '30';
process.env.TZ = 'UTC';
delete process.env.NO_COLOR;
delete process.env.CI;
