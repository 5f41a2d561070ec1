/** What the names of the outbox's table and indexes begin with. */
export const OUTBOX_TABLES = 'tallyback_outbox';
