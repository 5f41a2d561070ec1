import { describe, expect, it } from '@jest/globals';
import { createSecret, createSigner, createVerifier } from '@tallyback/protocol';
import { answer, tallyback } from './support/cli.js';

const SECRET = createSecret();

describe('tallyback', () => {
  it('tells what it can do, and of every command how', async () => {
    const { code, out } = await tallyback(['--help']);
    expect(await tallyback(['help'])).toMatchObject({ code: 0, out });
    expect(await tallyback(['-h'])).toMatchObject({ code: 0, out });
    expect(code).toBe(0);
    const names = [...out.matchAll(/^ {2}((?:[a-z]+ )*[a-z]+) {2,}\S/gm)].map(([, name = '']) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'keys new',
        'lint',
        'send',
        'verify',
        'queue ls',
        'queue dead',
        'queue retry',
        'queue watch',
      ]),
    );
    for (const name of names) {
      const help = await tallyback([...name.split(' '), '--help']);
      expect(help).toMatchObject({ code: 0, error: '' });
      expect(help.out).toContain(`tallyback ${name} `);
      expect(help.out).toContain('--json');
      expect(help.out).toContain('Exit codes');
    }
  }, 60_000);

  it('shows examples of templates that are right', async () => {
    const { out } = await tallyback(['lint', '--help']);
    const examples = [...out.matchAll(/^ {2}tallyback (lint .*)'(.*)'$/gm)];
    expect(examples.length).toBeGreaterThan(2);
    for (const [, words = '', template = ''] of examples) {
      expect(await tallyback([...words.trim().split(' '), template])).toMatchObject({ code: 0 });
    }
  }, 60_000);

  it('ends with 2 and says what is known when the command line is wrong', async () => {
    for (const args of [
      [],
      ['lnt'],
      ['queue'],
      ['queue', 'lst'],
      ['keys', 'new', '--ed'],
      ['lint'],
      ['lint', 'a', 'b'],
    ]) {
      const { code, out, error } = await tallyback(args);
      expect({ args, code, out }).toEqual({ args, code: 2, out: '' });
      expect(error).toMatch(/^tallyback/);
    }
    expect((await tallyback(['pizza'])).error).toContain('known are keys new, lint, send');
    expect((await tallyback(['keys', 'nwe'])).error).toContain('did you mean `keys new`?');
    expect((await tallyback(['send', '--reveneu', '5'])).error).toContain('did you mean `--revenue`?');
  }, 60_000);

  it('says a mistake as JSON, too, when asked for JSON', async () => {
    expect(await answer(['lint'])).toEqual({
      code: 2,
      value: { error: { code: 'usage', message: '<template> is missing' } },
    });
  });

  it('takes no secret from the command line and does not repeat it', async () => {
    const { code, error } = await tallyback(['send', `--secret=${SECRET}`]);
    expect(code).toBe(2);
    expect(error).toContain('--secret-env NAME');
    expect(error).not.toContain(SECRET);
  });

  it('prints no colours into a pipe', async () => {
    const { out } = await tallyback(['lint', 'https://p.example/{clikid}']);
    expect(out).not.toContain('\u001b');
  });
});

describe('tallyback keys new', () => {
  it('prints a secret that signs, and nothing else, to standard output', async () => {
    const { code, out } = await tallyback(['keys', 'new']);
    expect(code).toBe(0);
    const secret = out.trimEnd();
    expect(out).toBe(`${secret}\n`);
    expect(() => createSigner(secret)).not.toThrow();
  });

  it('makes a key pair whose halves belong together', async () => {
    const { value } = await answer(['keys', 'new', '--ed25519']);
    const signed = { id: 'a', timestamp: 1, body: 'x' };
    const signature = createSigner(value.secretKey).sign(signed);
    const captured = { id: 'a', timestamp: '1', signature, body: Buffer.from('x'), now: 1000 };
    expect(createVerifier(value.publicKey).verify(captured).ok).toBe(true);
  });
});

describe('tallyback lint', () => {
  it('points at the characters that are wrong', async () => {
    const { code, out } = await tallyback(['lint', 'https://p.example/pb?id={external_id}&sum={payuot}']);
    expect(code).toBe(1);
    const [said, text = '', carets = '', hint] = out.split('\n');
    expect(said).toBe('error unknown_macro at character 43: unknown macro {payuot}; did you mean {payout}?');
    expect(text.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('{payuot}');
    expect(hint).toBe('  write {payout}');
  });

  it('still points at the place in a template too long for a line, and past wide characters', async () => {
    const long = `https://p.example/pb?x=${'y'.repeat(300)}&id={external_id}&sum={payuot}&z=${'z'.repeat(300)}`;
    for (const template of [long, 'https://p.example/pb?n=日本&id={external_id}&sum={payuot}']) {
      const { out } = await tallyback(['lint', template]);
      const [, text = '', carets = ''] = out.split('\n');
      expect(text.length).toBeLessThanOrEqual(100);
      const wide = text.includes('日本') ? 2 : 0;
      expect(text.slice(carets.indexOf('^') - wide, carets.lastIndexOf('^') + 1 - wide)).toBe('{payuot}');
    }
  });

  it("reads a network's dialect, shows it in our macros, and warns of false friends", async () => {
    const template = 'https://p.example/pb?id={transaction_id}&sum={payout_amount}';
    const { code, value } = await answer(['lint', '--network', 'everflow', template]);
    expect(code).toBe(0);
    expect(value).toMatchObject({ ok: true, ours: 'https://p.example/pb?id={clickid}&sum={payout}' });
    expect(value.findings).toMatchObject([{ severity: 'warning', code: 'false_friend', index: 24, length: 16 }]);
    expect((await tallyback(['lint', '--strict', '--network', 'everflow', template])).code).toBe(1);
  });

  it('names the network whose dialect a template seems to be written in', async () => {
    const { code, value } = await answer(['lint', 'https://p.example/pb?id=#reqid#&sum=#price#']);
    expect(code).toBe(1);
    expect(value.readableAs).toEqual(['cake']);
  });

  it('knows where a template is used', async () => {
    const landing = 'https://shop.example/land?q={query.utm_source}';
    expect((await tallyback(['lint', '--for', 'landing', landing])).code).toBe(0);
    expect((await tallyback(['lint', '--for', 'sender', landing])).code).toBe(1);
    expect((await tallyback(['lint', landing])).code).toBe(1);
    expect((await tallyback(['lint', '--for', 'nothing', landing])).code).toBe(2);
    const plain = 'http://p.example/pb?id={clickid}';
    expect((await tallyback(['lint', plain])).code).toBe(1);
    expect((await tallyback(['lint', '--allow-http', '-'], { input: `${plain}\n` })).code).toBe(0);
  });

  it('writes no escape sequence of a template into the terminal', async () => {
    const { out } = await tallyback(['lint', 'https://p.example/{\u001b[31mx}']);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('\u241b[31mx');
  });
});
