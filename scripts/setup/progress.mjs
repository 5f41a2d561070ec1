const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const LINE_MS = 10_000;

/**
 * Shows that something long is going on: a spinner with a counter on a terminal, a line every ten seconds elsewhere.
 * It writes to stderr, so that the output of a command stays clean in a pipe.
 *
 * @param {string} what in the form "installing dependencies"
 * @returns {{ end(how: string): void }} `end` replaces the spinner by its closing line
 */
export function startProgress(what, stream = process.stderr) {
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  let frame = 0;
  const timer = stream.isTTY
    ? setInterval(() => stream.write(`\r\x1b[K${FRAMES[frame++ % FRAMES.length]} ${what} ... ${seconds()}`), FRAME_MS)
    : setInterval(() => stream.write(`  still ${what} (${seconds()})\n`), LINE_MS);
  if (!stream.isTTY) stream.write(`${what} ...\n`);
  return {
    end(how) {
      clearInterval(timer);
      stream.write(`${stream.isTTY ? '\r\x1b[K' : ''}${what}: ${how} (${seconds()})\n`);
    },
  };
}
