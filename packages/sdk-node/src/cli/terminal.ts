const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** How a piece of text is to look. */
export type Look = keyof typeof CODES;

/** A stream of the process, as far as it is used here. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Where a command prints to. Results go to standard output, remarks about them to standard error. */
export interface Terminal {
  /** Writes one line (or several) of the result. */
  print(text: string): void;
  /** Writes one line about the work, which is no result: progress, hints. */
  remark(text: string): void;
  /** Writes without a line end, only where a person watches; `''` clears the line. */
  progress(text: string): void;
  /** Text with colour where colours are wanted, else the text alone. */
  paint(look: Look, text: string): string;
  /** Clears the screen, only where a person watches. */
  clear(): void;
  /** Width in characters. */
  readonly columns: number;
  /** Whether a person watches standard output. */
  readonly interactive: boolean;
}

const DEFAULT_COLUMNS = 100;

/** @param env decides about colours: none with `NO_COLOR` (no-color.org) or `TERM=dumb` */
export function terminalOf(out: Output, error: Output, env: NodeJS.ProcessEnv): Terminal {
  const interactive = out.isTTY === true && env.TERM !== 'dumb';
  const coloured = interactive && !env.NO_COLOR;
  const watchedError = error.isTTY === true && env.TERM !== 'dumb';
  return {
    interactive,
    // Some pseudo-terminals report a width of 0.
    columns: out.columns || DEFAULT_COLUMNS,
    print: (text) => out.write(`${text}\n`),
    remark: (text) => error.write(`${text}\n`),
    progress: (text) => watchedError && error.write(`\r\u001b[K${text}`),
    paint: (look, text) => (coloured ? `\u001b[${CODES[look]}m${text}\u001b[0m` : text),
    clear: () => interactive && out.write('\u001b[H\u001b[2J\u001b[3J'),
  };
}
