import type { EntityMetadata, ObjectLiteral } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { minorUnits } from './columns.js';
import type { Dialect } from './dialect.js';
import { quotePath } from './quote-path.js';
import type { Cell, RawRow } from './transaction-work.js';

/** Makes one cell of a row; booleans only for PostgreSQL. */
export type ReadCell<Row> = (row: Row) => Cell | boolean;

/** How the columns of an entity are written and read by statements of our own, worked out once from its metadata. */
export interface EntityRows<Row extends ObjectLiteral> {
  readonly table: string;
  readonly columns: readonly EntityColumn<Row>[];
  /** Columns for SELECT, named after the entity's properties. */
  selectList(alias: string): string;
  /** A row of that SELECT as an entity. */
  read(row: RawRow): Row;
}

/** One column of an entity. */
export interface EntityColumn<Row> {
  readonly property: string;
  /** Quoted. */
  readonly name: string;
  /** What PostgreSQL has to be told when it gets the column's values as an array. */
  readonly arrayType: string;
  readonly cell: ReadCell<Row>;
  /** Whether the database fills in null when a row is inserted without it. */
  readonly optional: boolean;
}

/** @param only Properties to work with. Default: all. */
export function entityRows<Row extends ObjectLiteral>(
  metadata: EntityMetadata,
  dialect: Dialect,
  only?: readonly (keyof Row & string)[],
): EntityRows<Row> {
  const chosen = metadata.columns.filter(({ propertyName }) => !only || only.includes(propertyName));
  const Entity = metadata.target as new () => Row;
  const readers = chosen.map((column) => [column.propertyName, valueReader(column)] as const);
  return {
    table: quotePath(metadata.tablePath.split('.')),
    columns: chosen.map((column) => ({
      property: column.propertyName,
      name: `"${column.databaseName}"`,
      arrayType: postgresArrayType(column.type),
      cell: cellReader<Row>(column, dialect),
      optional: column.isNullable && column.default === undefined,
    })),
    selectList: (alias) =>
      chosen.map((column) => `${selected(column, alias, dialect)} AS "${column.propertyName}"`).join(', '),
    read: (row) => {
      const entity = new Entity();
      const target = entity as Record<string, unknown>;
      for (const [property, value] of readers) target[property] = value(row[property]);
      return entity;
    },
  };
}

/** Amounts leave SQLite as text: its driver gives integers as floats, which are exact to 15 digits only. */
function selected(column: ColumnMetadata, alias: string, dialect: Dialect): string {
  const name = `${alias}."${column.databaseName}"`;
  return dialect === 'sqlite' && column.transformer === minorUnits ? `CAST(${name} AS TEXT)` : name;
}

function valueReader(column: ColumnMetadata): (value: unknown) => unknown {
  const { transformer } = column;
  if (column.type === 'simple-json') return (value) => (typeof value === 'string' ? JSON.parse(value) : null);
  if (column.type === 'boolean') return (value) => value === true || value === 1;
  if (transformer && !Array.isArray(transformer)) return (value) => transformer.from(value);
  return (value) => value;
}

function cellReader<Row extends ObjectLiteral>(column: ColumnMetadata, dialect: Dialect): ReadCell<Row> {
  const name = column.propertyName;
  if (column.type === 'simple-json') {
    return (row) => (row[name] === null || row[name] === undefined ? null : JSON.stringify(row[name]));
  }
  if (column.type === 'boolean' && dialect === 'sqlite') return (row) => (row[name] ? 1 : 0);
  return (row) => row[name] ?? null;
}

function postgresArrayType(type: unknown): string {
  switch (type) {
    case 'bigint':
    case 'integer':
    case 'boolean':
      return `${type}[]`;
    default:
      return 'text[]';
  }
}
