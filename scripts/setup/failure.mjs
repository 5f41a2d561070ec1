/** Something the user can mend: shown as its message alone, never as a stack trace. */
export class Failure extends Error {
  name = 'Failure';
}

/**
 * Runs a command's `main` and turns its end into an exit code: what `main` resolves to (0 when nothing), 1 for a failure.
 * `process.exitCode` rather than `process.exit()`, so that output that is still on its way is not cut off.
 *
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Failure ? error.message : error);
  }
}
