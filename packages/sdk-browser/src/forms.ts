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
 * touched. Without a click, forms stay as they are; when a click is forgotten after it was filled in, the field is sent
 * empty.
 *
 * @returns a function that ends it
 */
export function forms(
  clicks: Pick<Clicks, 'get'>,
  { field = 'clickid', selector = 'form[data-click]', value = () => clicks.get()?.id }: FormOptions = {},
): () => void {
  // Once something was filled in it may still stand in the page, and what to do without a click is to empty it.
  let otherwise: '' | undefined;
  return listenEverywhere(['submit', 'formdata'], (event) => {
    const form = event.target as HTMLFormElement;
    // Not the form's own: a field with the name of a method hides it.
    const { append, getAttribute, matches, querySelector } = Element.prototype;
    if (!matches.call(form, selector)) return;
    const id = value() ?? otherwise;
    if (id == null) return;
    otherwise = '';
    const name = getAttribute.call(form, 'data-click') || field;
    if (event.type === 'formdata') {
      return (event as FormDataEvent).formData.set(name, id);
    }
    let input = querySelector.call(form, `input[name=${JSON.stringify(name)}]`) as HTMLInputElement | null;
    if (!input) {
      input = Object.assign(document.createElement('input'), { type: 'hidden', name });
      append.call(form, input);
    }
    input.value = id;
  });
}
