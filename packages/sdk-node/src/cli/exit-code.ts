/** What the shell is told. */
export const EXIT = {
  /** Done, and the answer is yes. */
  ok: 0,
  /** Done, and the answer is no; or it could not be done. */
  failed: 1,
  /** The command line was not understood; nothing was done. */
  usage: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
