import { listenEverywhere } from './lib/listen-everywhere.js';
import type { Clicks } from './types.js';

/** Settings of `forms()`. */
export interface FormOptions {
  /** Name of the form field. Default `clickid`. A form's own `data-click="name"` goes before it. */
  field?: string;
  /** Which forms take part. Default `form[data-click]`. */
  selector?: string;
  /** What is filled in; nothing when it answers `undefined`. Default: the id of the click that counts. */
  value?: () => string | undefined;
}

/**
 * Puts the click id into forms that opted in, at the moment they are sent: into the data of `FormData` and of a
 * native submit, and into a hidden input for code that reads the fields itself. It listens above the forms, so they may
 * come late, be replaced, return from the back/forward cache, or live in an open shadow root that the visitor has
 * touched. Without a click, forms stay as they are.
 *
 * @returns a function that ends it
 */
export function forms(
  clicks: Pick<Clicks, 'get'>,
  { field = 'clickid', selector = 'form[data-click]', value = () => clicks.get()?.id }: FormOptions = {},
): () => void {
  return listenEverywhere(['submit', 'formdata'], (event) => {
    const form = event.target as HTMLFormElement;
    // Not the form's own: a field with the name of a method hides it.
    const { append, getAttribute, matches, querySelectorAll } = Element.prototype;
    const id = matches.call(form, selector) && value();
    if (!id) return;
    const name = getAttribute.call(form, 'data-click') || field;
    if (event.type === 'formdata') {
      return (event as FormDataEvent).formData.set(name, id);
    }
    const inputs = querySelectorAll.call(form, 'input') as NodeListOf<HTMLInputElement>;
    let input = [...inputs].find((candidate) => candidate.name === name);
    if (!input) {
      input = Object.assign(document.createElement('input'), { type: 'hidden', name });
      append.call(form, input);
    }
    input.value = id;
  });
}
