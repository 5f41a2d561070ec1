import { describe, expect, it } from '@jest/globals';
import { createSecret, createSigner } from '@tallyback/protocol';
import { freePort } from '../../../scripts/net/free-ports.js';
import { answer, tallyback } from './support/cli.js';
import { json, sinks } from './support/sink.js';

const SECRET = createSecret();
const CLICK = '01k2222222222222222222222a';
const sink = sinks();

describe('tallyback send', () => {
  const toTracker = (url: string) => ['send', '--url', url, '--advertiser', 'acme'];
  const env = { TALLYBACK_SECRET: SECRET };

  it('sends a signed conversion and shows what was signed, answered and concluded', async () => {
    const tracker = await sink();
    const args = [...toTracker(tracker.url), '--click-id', CLICK, '--revenue', '49.90', '--currency', 'EUR'];
    const { code, value } = await answer([...args, '--metadata', 'plan=pro'], { env });
    expect(code).toBe(0);
    expect(value).toMatchObject({ ok: true, answer: { status: 201 }, classification: { outcome: 'delivered' } });
    const [request] = tracker.received;
    const { headers, body, id } = request as NonNullable<typeof request>;
    expect(JSON.parse(String(body)).data).toMatchObject({
      clickId: CLICK,
      event: 'purchase',
      revenue: '49.90',
      metadata: { plan: 'pro' },
    });
    expect(value.signatureBase).toBe(`${id}.${String(headers['webhook-timestamp'])}.${String(body)}`);
    const [, expected] = createSigner(SECRET)
      .sign({ id, timestamp: Number(headers['webhook-timestamp']), body })
      .split(',');
    expect(value.request.headers['webhook-signature']).toBe(`v1,${expected}`);
  });

  it('sends nothing on a dry run', async () => {
    const tracker = await sink();
    const { code, out } = await tallyback([...toTracker(tracker.url), '--dry-run'], { env });
    expect(code).toBe(0);
    expect(out).toContain('nothing was sent');
    expect(tracker.received).toHaveLength(0);
  });

  it('ends with 1 and the reason when the tracker refuses, is down or something else answers', async () => {
    const tracker = await sink((response) => json(response, 401, { reason: 'unknown_advertiser', detail: 'who?' }));
    const refused = await tallyback(toTracker(tracker.url), { env });
    expect(refused.code).toBe(1);
    expect(refused.out).toContain('dead: unknown_advertiser: who?');
    tracker.behave((response) => response.end('<html>Welcome to the hotel Wi-Fi\u001b[2J'));
    const portal = await tallyback(toTracker(tracker.url), { env });
    expect(portal.code).toBe(1);
    expect(portal.out).toContain('retry: HTTP 200 without an outcome');
    expect(portal.out).not.toContain('\u001b');
    const down = await answer(toTracker(`http://127.0.0.1:${await freePort()}`), { env });
    expect(down).toMatchObject({ code: 1, value: { ok: false, error: expect.stringContaining('ECONNREFUSED') } });
  });

  it('fills in a template, and shows no token of it', async () => {
    const partner = await sink((response) => response.end('OK'));
    const template = `${partner.url}/pb?id={clickid}&token=hunter2&sum={revenue}`;
    const args = ['send', '--template', template, '--click-id', CLICK, '--revenue', '5', '--currency', 'EUR'];
    const { code, out, error } = await tallyback(args);
    expect(code).toBe(0);
    expect(partner.received[0]?.path).toBe(`/pb?id=${CLICK}&token=hunter2&sum=5`);
    expect(out + error).not.toContain('hunter2');
  });

  it('shows nothing that the URL of a template says itself, whatever its parameters are called', async () => {
    const partner = await sink((response, { path }) => response.writeHead(404).end(`Cannot GET ${path}`));
    const url = `${partner.url}/in/k3y0fm1ne?id={clickid}&affiliate=0pen-sesame`;
    const targets = [
      ['--template', url],
      ['--network', 'thrivetracker', '--url', url],
    ];
    for (const target of targets) {
      const { code, out, error } = await tallyback(['send', ...target, '--click-id', CLICK]);
      expect(code).toBe(1);
      expect(partner.received.at(-1)?.path).toBe(`/in/k3y0fm1ne?id=${CLICK}&affiliate=0pen-sesame`);
      expect(out).toContain(`Cannot GET /in/***?id=${CLICK}&affiliate=***`);
      expect(out + error).not.toMatch(/k3y0fm1ne|sesame/);
    }
  });

  it('tests another network with its own options, secrets from the environment, and reads its way of saying no with 200', async () => {
    const network = await sink((response) => response.end('success=false; err_msg=Invalid security-0815 token;'));
    const options = ['--set', 'offerId=7', '--set-env', 'securityToken=TUNE_TOKEN', '--set', 'clickIdField=tune'];
    const args = ['send', '--network', 'tune', '--url', network.url, ...options, '--metadata', 'tune=102'];
    const { code, out, error } = await tallyback(args, { env: { TUNE_TOKEN: 'security-0815' } });
    expect(network.received[0]?.path).toContain('transaction_id=102');
    expect(network.received[0]?.path).toContain('security_token=security-0815');
    expect(code).toBe(1);
    expect(out).toContain('dead: Invalid *** token');
    expect(out + error).not.toContain('security-0815');
  });

  it('maps events of a network by options with a dot', async () => {
    const args = ['send', '--network', 'voluum', '--url', 'https://v.example', '--click-id', CLICK, '--event', 'lead'];
    const { value } = await answer([...args, '--set', 'events.lead=Signup', '--dry-run']);
    expect(value.request.url).toContain('et=Signup');
  });

  it('says what a conversion or destination lacks before anything is sent', async () => {
    const tracker = await sink();
    const invalid = await tallyback([...toTracker(tracker.url), '--revenue', '5'], { env });
    expect(invalid).toMatchObject({ code: 2, error: expect.stringContaining('currency is required') });
    const unsigned = await tallyback(toTracker(tracker.url));
    expect(unsigned).toMatchObject({ code: 2, error: expect.stringContaining('--secret-env NAME') });
    const unset = await tallyback([...toTracker(tracker.url), '--secret-env', 'NOT_SET']);
    expect(unset).toMatchObject({ code: 1, error: expect.stringContaining('NOT_SET is not set') });
    const broken = await tallyback(['send', '--template', `${tracker.url}/{clikid}`]);
    expect(broken).toMatchObject({ code: 2, error: expect.stringContaining('did you mean {clickid}?') });
    const clickless = await tallyback(['send', '--template', `${tracker.url}/?id={clickid}`]);
    expect(clickless).toMatchObject({ code: 1, out: expect.stringContaining('not sent: there is no click id') });
    expect(tracker.received).toHaveLength(0);
  });

  it('reports an update of a known transaction', async () => {
    const tracker = await sink((response) => json(response, 200, { outcome: 'updated' }));
    const update = [...toTracker(tracker.url), '--update', '--status', 'refunded'];
    expect((await tallyback(update, { env })).code).toBe(2);
    expect((await tallyback([...update, '--transaction-id', 'A-1'], { env })).code).toBe(0);
    expect(JSON.parse(String(tracker.received[0]?.body))).toMatchObject({
      type: 'conversion.updated',
      data: { transactionId: 'A-1', status: 'refunded' },
    });
  });
});
