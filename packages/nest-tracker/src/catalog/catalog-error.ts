/** One fault in a catalog: where it is and what is wrong there. */
export interface CatalogFault {
  /** Path of the field, for example `offers[0].payout[1].percent`. */
  readonly path: string;
  readonly message: string;
}

/** A catalog (seed) that cannot be applied. Nothing of it was stored. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
  readonly code = 'catalog_invalid';

  constructor(readonly faults: readonly CatalogFault[]) {
    const lines = faults.map(({ path, message }) => `  ${path}: ${message}`);
    super(`The catalog has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${lines.join('\n')}`);
  }
}
