type Change = readonly [explanation: string, change: (body: Buffer) => Buffer | undefined];

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** What happens to a body between the wire and a file, each with the way back. */
const CHANGES: readonly Change[] = [
  ['the capture has a line end that was not sent: an editor or echo appended it', withoutLineEnd],
  ['the capture lacks the line end that was sent with it', (body) => Buffer.concat([body, Buffer.from('\n')])],
  ['the capture has CRLF line ends where LF was sent', text((body) => body.replaceAll('\r\n', '\n'))],
  ['the capture has LF line ends where CRLF was sent', text((body) => body.replaceAll(/\r?\n/g, '\r\n'))],
  ['the capture begins with a byte order mark that was not sent', withoutBom],
  ['the body was parsed and written again: compact JSON was sent', json((value) => JSON.stringify(value))],
  ['the body was parsed and written again: indented JSON was sent', json((value) => JSON.stringify(value, null, 2))],
  ['the body was parsed and written again: spaces followed the commas and colons', json(spaced)],
  ['characters were turned into \\u escapes or back: the bytes that were sent are other ones', json(escaped)],
  ['the sender signed an empty body: it signs before the body is set', () => Buffer.alloc(0)],
  ['the body was decoded as Latin-1 and encoded again as UTF-8', latin1],
  ['the captured JSON is itself a JSON string: it was serialised twice', json((value) => stringOf(value))],
];

/** The changes after which the signature matches, in plain words. @param genuine whether a body is the one that was signed */
export function explainBody(body: Buffer, genuine: (changed: Buffer) => boolean): readonly string[] {
  for (const [explanation, change] of CHANGES) {
    const changed = change(body);
    if (changed && !changed.equals(body) && genuine(changed)) return [explanation];
  }
  return [];
}

function withoutLineEnd(body: Buffer): Buffer | undefined {
  const match = /[\r\n]+$/.exec(body.toString('latin1'));
  return match ? body.subarray(0, body.length - match[0].length) : undefined;
}

function withoutBom(body: Buffer): Buffer | undefined {
  return body.subarray(0, BOM.length).equals(BOM) ? body.subarray(BOM.length) : undefined;
}

function latin1(body: Buffer): Buffer {
  return Buffer.from(body.toString('utf8'), 'latin1');
}

function text(change: (body: string) => string): Change[1] {
  return (body) => Buffer.from(change(body.toString('utf8')));
}

function json(write: (value: unknown) => string | undefined): Change[1] {
  return (body) => {
    let value: unknown;
    try {
      value = JSON.parse(body.toString('utf8'));
    } catch {
      return undefined;
    }
    const written = write(value);
    return written === undefined ? undefined : Buffer.from(written);
  };
}

/** As Python's `json.dumps` writes by default. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return escaped(value);
  const fields = Object.entries(value).map(([name, field]) => `${escaped(name)}: ${spaced(field)}`);
  return `{${fields.join(', ')}}`;
}

function escaped(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[^\x20-\x7e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
