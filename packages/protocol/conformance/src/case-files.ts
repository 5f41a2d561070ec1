import { readdirSync, readFileSync } from 'node:fs';

/** One file of cases: they share a subject. */
export interface CaseFile<C> {
  /** The first half of every case's name. */
  readonly group: string;
  readonly description: string;
  readonly cases: readonly C[];
}

/** What every case has. */
export interface NamedCase {
  /** Unique within its file; the whole name is `group.name`. */
  readonly name: string;
  /** What a right implementation does, a sentence. */
  readonly says: string;
}

/** Cases stand beside both the sources and what is compiled from them. */
const FOLDER = new URL('../cases/', import.meta.url);

/** All cases of one kit in the order of their files, under their whole names. */
export function readCases<C extends NamedCase>(kit: 'receiver' | 'sender'): C[] {
  const folder = new URL(`${kit}/`, FOLDER);
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().flatMap((name) => {
    const file = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as CaseFile<C>;
    return file.cases.map((one) => ({ ...one, name: `${file.group}.${one.name}` }));
  });
}

/**
 * The cases that `--only` names, by their whole name or by their group; all of them without any.
 *
 * @returns `undefined` and the name when one names nothing
 */
export function choose<C extends NamedCase>(
  cases: readonly C[],
  only: readonly string[],
): { readonly chosen: readonly C[] } | { readonly unknown: string } {
  const matches = (one: C, name: string) => one.name === name || one.name.startsWith(`${name}.`);
  const unknown = only.find((name) => !cases.some((one) => matches(one, name)));
  if (unknown !== undefined) return { unknown };
  return { chosen: only.length === 0 ? cases : cases.filter((one) => only.some((name) => matches(one, name))) };
}
