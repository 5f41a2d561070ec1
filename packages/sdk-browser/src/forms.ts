import { attempt } from './lib/attempt.js';
import type { Clicks } from './types.js';

/** Settings of `forms()`. */
export interface FormOptions {
  /** Name of the form field. Default `clickid`. A form's own `data-click="name"` goes before it. */
  field?: string;
  /** Which forms take part. Default `form[data-click]`. */
  selector?: string;
}

/**
 * Puts the click id into forms that opted in, at the moment they are sent: into the data of `FormData` and of a
 * native submit, and into a hidden input for code that reads the fields itself. One listener each on the document,
 * so forms may come late, be replaced, or return from the back/forward cache. Without a click, forms stay as they are.
 *
 * @returns a function that ends it
 */
export function forms(
  clicks: Pick<Clicks, 'get'>,
  { field = 'clickid', selector = 'form[data-click]' }: FormOptions = {},
): () => void {
  const fill = (event: Event) =>
    attempt(() => {
      const form = event.target as HTMLFormElement;
      // Not the form's own: a field with the name of a method hides it.
      const { append, getAttribute, matches, querySelectorAll } = Element.prototype;
      const touch = matches.call(form, selector) && clicks.get();
      if (!touch) return;
      const name = getAttribute.call(form, 'data-click') || field;
      if (event.type === 'formdata') {
        (event as FormDataEvent).formData.set(name, touch.id);
        return;
      }
      const inputs = querySelectorAll.call(form, 'input') as NodeListOf<HTMLInputElement>;
      let input = [...inputs].find((candidate) => candidate.name === name);
      if (!input) {
        input = document.createElement('input');
        input.type = 'hidden';
        input.name = name;
        append.call(form, input);
      }
      input.value = touch.id;
    });
  // Capturing: before the page's own submit handlers read the form.
  const events = typeof document === 'undefined' ? [] : ['submit', 'formdata'];
  for (const event of events) document.addEventListener(event, fill, true);
  return () => {
    for (const event of events) document.removeEventListener(event, fill, true);
  };
}
