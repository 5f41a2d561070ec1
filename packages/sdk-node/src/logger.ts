import { guarded } from './guarded.js';
import { printable } from './printable.js';

/** Where the SDK reports; `console`, pino and Nest's logger fit. Messages never contain secrets or personal data. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const silent = () => {};

/** What needs a human goes to standard error; the rest is silent. */
export const defaultLogger: Logger = {
  debug: silent,
  info: silent,
  warn: (message) => void process.stderr.write(`tallyback: ${message}\n`),
  error: (message) => void process.stderr.write(`tallyback: ${message}\n`),
};

/**
 * The same logger without secrets in its messages, each of one line: what a destination answered can neither forge lines of a log
 * nor write escape sequences into a terminal. What it throws is swallowed: logging must not break deliveries.
 */
export function safeLogger(logger: Logger, redact: (text: string) => string): Logger {
  const safe = (level: keyof Logger) => {
    // Nobody listens: then a line for every delivery need not be looked through either.
    if (logger[level] === silent) return silent;
    // There is nowhere left to report what it throws.
    return (message: string) => guarded(() => logger[level](printable(redact(message))), silent);
  };
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') };
}
