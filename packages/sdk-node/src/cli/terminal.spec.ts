import { describe, expect, it } from '@jest/globals';
import { type Output, terminalOf } from './terminal.js';

interface Written extends Output {
  readonly text: string[];
}

function output(isTTY: boolean): Written {
  const text: string[] = [];
  return { isTTY, columns: 80, text, write: (piece) => text.push(piece) };
}

describe('terminalOf', () => {
  it('paints only on a terminal, and never with NO_COLOR or on a dumb one', () => {
    const red = (isTTY: boolean, env: NodeJS.ProcessEnv) =>
      terminalOf(output(isTTY), output(isTTY), env).paint('red', 'x');
    expect(red(true, { TERM: 'xterm' })).toBe('\u001b[31mx\u001b[0m');
    expect(red(true, { TERM: 'xterm', NO_COLOR: '' })).toBe('\u001b[31mx\u001b[0m');
    expect(red(true, { TERM: 'xterm', NO_COLOR: '1' })).toBe('x');
    expect(red(true, { TERM: 'dumb' })).toBe('x');
    expect(red(false, { TERM: 'xterm' })).toBe('x');
  });

  it('shows progress to a person only, and never among the results', () => {
    const [out, watched, piped] = [output(true), output(true), output(false)];
    terminalOf(out, watched, {}).progress('half way');
    terminalOf(out, piped, {}).progress('half way');
    expect(watched.text).toEqual(['\r\u001b[Khalf way']);
    expect([...out.text, ...piped.text]).toEqual([]);
  });
});
