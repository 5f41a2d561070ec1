/** Has the page been shown to somebody? Not while it is prerendered, and never on a server. */
export function isActive(): boolean {
  return typeof document !== 'undefined' && !(document as Document & { prerendering?: boolean }).prerendering;
}

/** Runs at once on a page that is shown, on activation for a prerendered one, never on a server. */
export function whenActivated(run: () => void): void {
  if (isActive()) run();
  else globalThis.addEventListener?.('prerenderingchange', run);
}
