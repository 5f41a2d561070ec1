/** Why a transaction cannot be joined. */
export type TransactionJoinFault = 'no_transaction' | 'another_data_source' | 'isolation_level';

/** A conversion was to be recorded in a transaction of the host's, and cannot be. Nothing of it was stored. */
export class TransactionJoinError extends Error {
  override readonly name = 'TransactionJoinError';

  /** @param message What is wrong with `manager`, and what to do. */
  constructor(
    readonly code: TransactionJoinFault,
    message: string,
  ) {
    super(`manager: ${message}`);
  }
}
