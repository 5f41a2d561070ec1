const isTerminal = process.stdout.isTTY && !process.env.NO_COLOR;
const bold = (text) => (isTerminal ? `\x1b[1m${text}\x1b[0m` : text);

/** Prints what happens as numbered steps. */
export function createStory(title) {
  let step = 0;
  console.log(`\n${bold(title)}`);
  return (what, ...lines) => {
    step += 1;
    console.log(`\n${String(step).padStart(2)}  ${bold(what)}`);
    for (const line of lines.join('\n').split('\n')) console.log(`    ${line}`);
  };
}
