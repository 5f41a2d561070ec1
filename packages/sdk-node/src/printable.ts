// Everything that moves the cursor or changes the terminal, bidirectional overrides included; not line feed.
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Text from elsewhere (templates, answers, files) with every control character made visible: a server must not be able to
 * write escape sequences into the terminal. Each is replaced by exactly one character, so that columns stay.
 */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, visible);
}

/** Like {@link printable}, with line ends kept. */
export function printableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => printable(line))
    .join('\n');
}

/** C0 characters have pictures of their own in Unicode. */
function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x7f) return '\u2421';
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
}

/** Every line with so many spaces before it. */
export function indent(text: string, spaces = 2): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces));
}

/** The beginning of a text, and a sign that more of it was left out. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}
