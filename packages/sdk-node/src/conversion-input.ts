import type { Conversion } from '@tallyback/protocol';
import type { Person } from './person.js';

/** A conversion as `convert()` takes it. */
export interface ConversionInput extends Conversion {
  /**
   * What `token()` of the browser SDK gave: names the click when `clickId` does not, and hands the ids of ad platforms to
   * the destinations that match by them, unless the visitor refused consent. Not sent on as such.
   */
  readonly clickToken?: string | undefined;
}

/** The part of TypeORM's `EntityManager` that is needed. */
export interface TransactionManager {
  // biome-ignore lint/suspicious/noExplicitAny: as TypeORM declares it
  query(sql: string, parameters?: any[]): Promise<unknown>;
}

/** What `convert()` may be told beside the conversion. */
export interface ConvertContext {
  /** TypeORM's `EntityManager`: the conversion is stored in its transaction, or not at all. Needs `typeormQueue()`. */
  readonly manager?: TransactionManager | undefined;
  /** Who converted, for ad platforms that match people. Hashed as each platform specifies before anything is stored. */
  readonly person?: Person | undefined;
}
