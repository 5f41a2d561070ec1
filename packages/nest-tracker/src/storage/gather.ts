/** Turns of the event loop that are waited for at the most. */
const MAX_TURNS = 8;

/**
 * Waits turns of the event loop for as long as each brings more: a commit costs as much as many requests, and those that
 * were answered after the last one are about to come back. Who is alone waits for one turn.
 *
 * @param count How many wait by now.
 */
export async function gather(count: () => number): Promise<void> {
  for (let turn = 0, before = 0; turn < MAX_TURNS && count() > before; turn++) {
    before = count();
    await new Promise(setImmediate);
  }
}
