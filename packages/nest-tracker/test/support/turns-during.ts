/** How often the event loop came round while something ran: each time requests are answered, too. */
export async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const turn = () => {
    turns++;
    turning = setImmediate(turn);
  };
  let turning = setImmediate(turn);
  try {
    await work();
  } finally {
    clearImmediate(turning);
  }
  return turns;
}
