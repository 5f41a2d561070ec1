import type { FormOptions } from '../forms.js';
import type { Consent, Model, Options } from '../types.js';

/** The settings in a script tag's data attributes. What is absent or makes no sense is left to the defaults. */
export function optionsOf(data: Readonly<Record<string, string | undefined>>): Options & FormOptions {
  return {
    params: data.params?.match(/[^\s,]+/g) ?? undefined,
    path: data.path,
    model: data.model as Model,
    window: Number(data.window) || undefined,
    // Anything but these words is a slip of the pen about consent: then nothing is stored until a clear word comes.
    consent: data.consent as Consent,
    cookie: data.cookie !== 'off' && { name: data.cookieName, domain: data.cookieDomain },
    storage: data.storage !== 'off',
    field: data.field,
  };
}
