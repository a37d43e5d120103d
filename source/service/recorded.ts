import type {Audit, AuditEntry} from './audit.ts';
import {RequestRefused} from './refusal.ts';

/** Writes the line of what is about to be done; throws `RequestRefused` when it cannot, and then nothing may be done. */
export async function recorded(audit: Audit, entry: AuditEntry): Promise<void> {
	try {
		await audit.write(entry);
	} catch (error) {
		const reason = error instanceof Error ? error.message : 'unknown error';
		throw new RequestRefused(503, {
			error: `nothing is done without a record of it: ${reason}`,
			code: 'AUDIT_FAILED',
			hint: 'make room on the disk of KEYDECK_HOME, or mend the rights on its audit file',
		});
	}
}
