/** Has the page been shown to somebody, or is it being prerendered for a visit that may never come? */
export function isActive(): boolean {
  return !(globalThis.document as { prerendering?: boolean } | undefined)?.prerendering;
}

/** Runs at once on a page that is shown, on activation for a prerendered one. */
export function whenActivated(run: () => void): void {
  if (isActive()) run();
  // The event does not bubble to the window.
  else document.addEventListener('prerenderingchange', run);
}
