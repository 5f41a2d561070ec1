/**
 * Calls page code. Its error must neither stop us nor vanish, so it surfaces as an uncaught error of the page's own,
 * as with an event listener.
 */
export function callBack(callback: () => unknown): void {
  try {
    callback();
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}
