import { createHash } from 'node:crypto';
import { type EntityManager, In } from 'typeorm';
import { CATALOG_KINDS, type CatalogKind, type CatalogRow } from './catalog-kinds.js';
import { hideSecrets } from './shown-secrets.js';

/**
 * An object of the catalog as people see it: the fields that they write, references by key, and `createdAt`, `updatedAt`,
 * `archivedAt`. What is not set is left out. Secrets are never here: those of postbacks are a mark, the others are in a table
 * of their own.
 */
export type CatalogItem = { readonly key: string } & Readonly<Record<string, unknown>>;

/** Fields that people see and do not write; a PUT of what a GET answered may have them. */
const READ_ONLY = ['createdAt', 'updatedAt', 'archivedAt'];

/** Rows as people see them. */
export async function itemsOf(
  manager: EntityManager,
  { reference }: CatalogKind,
  rows: readonly CatalogRow[],
): Promise<CatalogItem[]> {
  const ids = reference ? rows.map((row) => row[reference.column] as string) : [];
  const others = reference ? await manager.findBy(CATALOG_KINDS[reference.to].entity, { id: In(ids) }) : [];
  const keys = new Map(others.map(({ id, key }) => [id, key]));
  return rows.map(({ id: _, seedFingerprint: __, key, createdAt, updatedAt, archivedAt, ...row }) => {
    const fields = Object.entries(row).flatMap(([name, value]) => {
      if (value === null) return [];
      return [name === reference?.column ? [reference.field, keys.get(String(value))] : [name, value]];
    });
    return {
      key,
      ...hideSecrets(Object.fromEntries(fields)),
      createdAt: new Date(createdAt).toISOString(),
      updatedAt: new Date(updatedAt).toISOString(),
      ...(archivedAt !== null && { archivedAt: new Date(archivedAt).toISOString() }),
    };
  });
}

/** The part of an item that people write. */
export function writable(item: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !READ_ONLY.includes(name)));
}

/** A strong entity tag (RFC 9110, section 8.8.3): the same content has the same tag in every process. */
export function etagOf(item: CatalogItem): string {
  return `"${createHash('sha256').update(JSON.stringify(item)).digest('base64url').slice(0, 27)}"`;
}
