/** Codes and names by which drivers say that the database is away, full, locked or corrupt. */
const DRIVER_CODES = /^(SQLITE_|08|53|57P|58|25006|40|55P03|XX|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)/;
/** Data exceptions and violated constraints (SQLSTATE classes 22 and 23). */
const DATA_CODES = /^(22|23|SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE))/;
const DRIVER_NAMES = new Set([
  // What pg calls every error that the server reports.
  'error',
  'QueryFailedError',
  'ConnectionIsNotSetError',
  'TypeORMError',
  'SqliteError',
  'DatabaseClosedError',
  'UnsyncedError',
  'HostTransactionError',
  'OutrunError',
]);

/**
 * Whether an error means "not stored, try again" rather than a fault of ours. Errors are told by name and code: with two
 * copies of TypeORM in one process `instanceof` is not to be trusted; nor is `instanceof Error` where the host runs in a
 * context of its own, as Jest has it, and a socket's error comes from Node's.
 */
export function isStorageFailure(error: unknown): boolean {
  if (!isError(error) || isDataFault(error)) return false;
  if (DRIVER_NAMES.has(error.name) || codesOf(error).some((code) => DRIVER_CODES.test(code))) return true;
  return /connection terminated|connection error and is not queryable|query read timeout|timeout exceeded when trying to connect|pool after calling end/i.test(
    error.message,
  );
}

/** Whether the database refused what a row holds: the same row would be refused again. */
export function isDataFault(error: unknown): boolean {
  return isError(error) && codesOf(error).some((code) => DATA_CODES.test(code));
}

/** Whether another transaction got in the way (a deadlock, a failed serialization): running again helps. */
export function isOvertaken(error: unknown): boolean {
  return isError(error) && codesOf(error).some((code) => code === '40P01' || code === '40001');
}

/**
 * Whether something is an error, by what it is like: `instanceof` knows only those of its own context, and one that a
 * constructor of the old kind has made, as libsql's, is none to Node.
 */
export function isError(error: unknown): error is Error {
  const { name, message } = Object(error) as Partial<Error>;
  return typeof name === 'string' && typeof message === 'string';
}

/** Codes that an error and what it wraps carry. */
export function codesOf(error: Error): string[] {
  const { code, driverError } = error as { code?: unknown; driverError?: { code?: unknown } };
  return [code, driverError?.code].filter((value) => typeof value === 'string');
}

/** The database was closed while work for it was waiting. */
export class DatabaseClosedError extends Error {
  override readonly name = 'DatabaseClosedError';
  readonly code = 'database_closed';

  constructor() {
    super('The database connection is closed. Send the request again once the tracker is running.');
  }
}

/** What was committed may not have reached the disk: it is there now, and could be gone after a power cut. */
export class UnsyncedError extends Error {
  override readonly name = 'UnsyncedError';
  readonly code = 'database_unsynced';

  /** @param cause What the system said. */
  constructor(cause?: unknown) {
    super("The disk did not take the database's log. Look at the system's own log; send the request again.", { cause });
  }
}

/** On SQLite: a transaction of the host's has been open for so long that what waits for its end was given up. */
export class HostTransactionError extends Error {
  override readonly name = 'HostTransactionError';
  readonly code = 'host_transaction_open';

  /** @param waitedMs How long its end was waited for. */
  constructor(waitedMs: number) {
    super(
      `Nothing was stored: for ${waitedMs / 1000} s a transaction has been open on the data source that you gave the ` +
        'tracker, and SQLite takes one at a time. If it is the transaction that you call the tracker in, pass its manager, ' +
        'such as convert(advertiser, conversion, { manager }), or call once it has ended; otherwise end it sooner.',
    );
  }
}
