/**
 * Calls page code. Its error must neither stop us nor vanish, so it surfaces as an uncaught error of the page's own,
 * as with an event listener.
 */
export function callBack<A extends unknown[], T>(callback: (...args: A) => T, ...args: A): T | undefined {
  try {
    return callback(...args);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
    return undefined;
  }
}
