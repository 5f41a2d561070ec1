import { isThenable } from './thenable.js';

/** Calls a function of the host's that must break nothing: what it throws, now or in a promise it returns, is handed over. */
export function guarded(call: () => unknown, onError: (error: unknown) => void): void {
  try {
    const returned = call();
    // An async function's rejection has no other owner.
    if (isThenable(returned)) returned.then(undefined, onError);
  } catch (error) {
    onError(error);
  }
}
