import { Foundation1764000000000 } from './1764000000000-foundation.js';

/** Every migration of the tracker in order; a host that runs migrations itself spreads them into its own list. */
export const trackerMigrations = [Foundation1764000000000];

/** The tracker's own history table, so that its migrations never mix with the host's. */
export const TRACKER_MIGRATIONS_TABLE = 'tallyback_migrations';
