import type {Command} from '../command.ts';
import {alertsCommand} from './alerts.ts';
import {backupCommand} from './backup.ts';
import {chainsCommand} from './chains.ts';
import {checkCommand} from './check.ts';
import {configCommand} from './config.ts';
import {dashboardCommand} from './dashboard.ts';
import {demoCommand} from './demo.ts';
import {doctorCommand} from './doctor.ts';
import {keysCommand} from './keys.ts';
import {modelsCommand} from './models.ts';
import {monitorCommand} from './monitor.ts';
import {reportCommand} from './report.ts';
import {restoreCommand} from './restore.ts';
import {rotateCommand} from './rotate.ts';
import {simulateCommand} from './simulate.ts';
import {startCommand} from './start.ts';
import {statsCommand} from './stats.ts';
import {statusCommand} from './status.ts';
import {stopCommand} from './stop.ts';
import {summaryCommand} from './summary.ts';
import {testCommand} from './test.ts';
import {tokenCommand} from './token.ts';
import {watchCommand} from './watch.ts';
import {whyCommand} from './why.ts';

/** Every command, in the order of the manual. */
export const commands: readonly Command[] = [
	dashboardCommand,
	demoCommand,
	startCommand,
	watchCommand,
	statusCommand,
	stopCommand,
	monitorCommand,
	keysCommand,
	alertsCommand,
	tokenCommand,
	testCommand,
	checkCommand,
	reportCommand,
	summaryCommand,
	statsCommand,
	rotateCommand,
	whyCommand,
	chainsCommand,
	modelsCommand,
	configCommand,
	doctorCommand,
	backupCommand,
	restoreCommand,
	simulateCommand,
];
