import { Column, type ColumnOptions, PrimaryColumn, type ValueTransformer } from 'typeorm';

// Column decorators for what the tracker stores again and again, so that one kind of value has one type in every table
// and on both databases.

const epochMilliseconds: ValueTransformer = {
  to: (value) => value,
  from: (value: string | number | null) => (value === null || value === undefined ? value : Number(value)),
};

/** Reads and writes amounts; known by name to statements that do not go through TypeORM. */
export const minorUnits: ValueTransformer = {
  to: (value) => value,
  from: (value: string | number | bigint | null) => (value === null || value === undefined ? value : BigInt(value)),
};

const ID_LENGTH = 26;

/** The row's own id: a 26-character lower-case ULID, time-ordered, so that inserts append to the index. */
export function IdPrimaryColumn(): PropertyDecorator {
  return PrimaryColumn({ name: 'id', type: 'varchar', length: ID_LENGTH });
}

/** The id of another row. */
export function IdColumn(name: string, options: ColumnOptions = {}): PropertyDecorator {
  return Column({ name, type: 'varchar', length: ID_LENGTH, ...options });
}

/**
 * A moment in epoch milliseconds. Not a date type: TypeORM maps dates to a PostgreSQL timestamp without zone, which
 * moves with the process's time zone.
 */
export function TimeColumn(name: string, options: ColumnOptions = {}): PropertyDecorator {
  return Column({ name, type: 'bigint', transformer: epochMilliseconds, ...options });
}

/** Money in minor units, a JavaScript `bigint`. Never a decimal column: SQLite would keep it as a float. */
export function MinorUnitsColumn(name: string, options: ColumnOptions = {}): PropertyDecorator {
  return Column({ name, type: 'bigint', transformer: minorUnits, ...options });
}

/** ISO 4217 alphabetic code. */
export function CurrencyColumn(name: string, options: ColumnOptions = {}): PropertyDecorator {
  return Column({ name, type: 'varchar', length: 3, ...options });
}

/** Text of at most `length` characters. */
export function TextColumn(name: string, length: number, options: ColumnOptions = {}): PropertyDecorator {
  return Column({ name, type: 'varchar', length, ...options });
}

/** Structured data as JSON text; the same on both databases. */
export function JsonColumn(name: string, options: ColumnOptions = {}): PropertyDecorator {
  return Column({ name, type: 'simple-json', ...options });
}
