/** Markup that is safe to send: made only by the {@link html} tag. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What may stand in a `${}` of {@link html}; `undefined` and `false` leave nothing behind. */
export type Part = Html | string | number | undefined | false | readonly Part[];

/** Builds markup. Every value that is not markup itself is escaped, so text from visitors can stand anywhere in it. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(String.raw({ raw: strings }, ...parts.map(toMarkup)));
}

function toMarkup(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(toMarkup).join('');
  return escapeText(String(part));
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
