import { attempt } from './attempt.js';

/**
 * Listens on the document and, from the moment a visitor touches something in it, on every open shadow root: what
 * happens to a form does not leave its root. Capturing, so before the page's own listeners.
 *
 * @returns a function that ends it
 */
export function listenEverywhere(types: readonly string[], handle: (event: Event) => unknown): () => void {
  let isOver = false;
  const run = (event: Event) => isOver || attempt(() => handle(event));
  // A listener that is there already is not added again.
  const add = (root: EventTarget, names: readonly string[], listener: (event: Event) => unknown) =>
    names.map((name) => root.addEventListener(name, listener, true));
  attempt(() => {
    add(document, types, run);
    // Both cross the borders of shadow roots.
    add(document, ['pointerdown', 'focusin'], (event) => {
      for (const node of event.composedPath()) if ((node as Node).nodeType === 11) add(node, types, run);
    });
  });
  return () => {
    isOver = true;
  };
}
