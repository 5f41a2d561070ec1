import { describe, expect, it } from '@jest/globals';
import { SECRETS, TOKEN } from '../support/catalog.js';
import { expectRefusal } from '../support/expect-refusal.js';
import { postback, signedPostback, unique } from '../support/messages.js';
import { onEveryTracker } from '../support/on-every-tracker.js';
import { click, inboundLog, type Json, manage, send } from '../support/requests.js';

const UNKNOWN_CLICK = '01arz3ndektsv4rrffq69g5fav';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the sender of a classic postback', () => {
  onEveryTracker(
    (current) => {
      it('proves itself by its token, in the URL or in a form', async () => {
        const { tracker } = current;
        const clickid = await click(tracker, 'by-token');
        expect((await send(tracker, postback({ clickid, txid: unique(), token: TOKEN }))).status).toBe(201);
        const body = new URLSearchParams({ txid: unique(), token: TOKEN }).toString();
        const path = `/postback?clickid=${clickid}`;
        expect((await send(tracker, path, { method: 'POST', body, headers: FORM })).status).toBe(201);
      });

      it.each([
        ['no token', undefined],
        ['a wrong token', 'open-sesame-124'],
        ['the beginning of the token', TOKEN.slice(0, -1)],
        ['the token in capitals', TOKEN.toUpperCase()],
      ])('is refused with %s', async (_, token) => {
        const { tracker } = current;
        const clickId = await click(tracker, 'by-token');
        const answer = await send(tracker, postback({ clickid: clickId, txid: unique(), ...(token && { token }) }));
        expectRefusal(answer, 'token_invalid', 'token');
        expect(await inboundLog(tracker, { clickId })).toMatchObject([
          { advertiser: 'token', step: 'proveSender', sender: null },
        ]);
      });

      it('cannot use its token for the click of another advertiser', async () => {
        const { tracker } = current;
        const clickid = await click(tracker, 'boots');
        const answer = await send(tracker, postback({ clickid, txid: unique(), token: TOKEN }));
        expectRefusal(answer, 'signature_missing', 'tb_sig');
        const named = await send(tracker, postback({ clickid, txid: unique(), token: TOKEN, advertiser: 'token' }));
        expectRefusal(named, 'click_mismatch');
      });

      it.each([
        ['203.0.113.9', 201],
        ['203.0.114.9', 403],
        ['::ffff:203.0.113.9', 201],
        ['::ffff:203.0.114.9', 403],
        ['2001:db8:1:2::3', 201],
        ['2001:db8:2::3', 403],
      ])('proves itself by its address: %s gets %s', async (address, status) => {
        const { tracker } = current;
        const clickid = await click(tracker, 'by-ip');
        const headers = { 'x-forwarded-for': address };
        const answer = await send(tracker, postback({ clickid, txid: unique() }), { headers });
        expect(answer.status).toBe(status);
        if (status === 403) expectRefusal(answer, 'ip_not_allowed');
        expect(await inboundLog(tracker, { clickId: clickid })).toMatchObject([
          { sender: status === 201 ? 'ip' : null, ip: expect.stringMatching(/(\.0|::)$/) },
        ]);
      });

      it('must sign when its advertiser accepts nothing else', async () => {
        const { tracker } = current;
        const clickid = await click(tracker, 'boots');
        expectRefusal(await send(tracker, postback({ clickid, txid: unique() })), 'signature_missing', 'tb_sig');
      });
    },
    { behindProxy: true },
  );
});

describe('a signed postback URL', () => {
  onEveryTracker((current) => {
    const order = async () => ({ clickid: await click(current.tracker, 'boots'), txid: unique(), revenue: '10.00' });

    it.each(['GET', 'POST'])('is recorded by %s, and its retry is a duplicate', async (method) => {
      const { tracker } = current;
      const id = unique('url');
      const path = signedPostback(tracker, await order(), { method, id });
      expect((await send(tracker, path, { method })).body).toMatchObject({
        outcome: 'recorded',
        payout: { amount: '1.00' },
      });
      expect((await send(tracker, path, { method })).body.outcome).toBe('duplicate');
      expect(await inboundLog(tracker, { deliveryId: id })).toMatchObject([
        { outcome: 'duplicate' },
        { outcome: 'recorded', sender: 'url_signature' },
      ]);
    });

    it('verifies whatever the order and the encoding of its parameters', async () => {
      const { tracker } = current;
      const data = { ...(await order()), note: "it's (a) test ä" };
      const [path = '', query = ''] = signedPostback(tracker, data).split('?');
      const shuffled = query.split('&').reverse().join('&').replaceAll('%20', '+');
      expect((await send(tracker, `${path}?${shuffled}`)).status).toBe(201);
    });

    it.each([
      ['a parameter changed', (path: string) => path.replace('revenue=10.00', 'revenue=99.00')],
      ['a parameter added', (path: string) => `${path}&status=approved`],
      ['a parameter removed', (path: string) => path.replace('&revenue=10.00', '')],
      ['another id', (path: string) => path.replace('tb_id=url', 'tb_id=lru')],
      ['broken percent-encoding', (path: string) => `${path}&x=%zz`],
    ])('is refused with %s', async (_, tamper) => {
      const { tracker } = current;
      const data = await order();
      const answer = await send(tracker, tamper(signedPostback(tracker, data)));
      expectRefusal(answer, 'signature_invalid');
      expect((await manage(tracker, `/v1/conversions?clickId=${data.clickid}`)).body.items).toEqual([]);
    });

    it('is refused on another path than it was signed for', async () => {
      const { tracker } = current;
      const path = signedPostback({ url: `${tracker.url}/elsewhere` }, await order());
      expect(path).toMatch(/^\/postback\?/);
      expectRefusal(await send(tracker, path), 'signature_invalid');
    });

    it.each(['tb_id', 'tb_ts', 'tb_sig'])('is refused without %s', async (name) => {
      const { tracker } = current;
      const path = signedPostback(tracker, await order()).replace(new RegExp(`&${name}=[^&]*`), '');
      expectRefusal(await send(tracker, path), 'signature_missing', name);
    });

    it('is refused by another method than it was signed for', async () => {
      const { tracker } = current;
      const path = signedPostback(tracker, await order());
      expectRefusal(await send(tracker, path, { method: 'POST' }), 'signature_invalid');
    });

    it.each([-600_000, 600_000])('is refused when it is %s ms off', async (offset) => {
      const { tracker } = current;
      const path = signedPostback(tracker, await order(), { at: Date.now() + offset });
      expectRefusal(await send(tracker, path), 'timestamp_out_of_tolerance', 'tb_ts');
    });

    it('is refused with another advertiser’s secret, and for an advertiser that does not sign', async () => {
      const { tracker } = current;
      const path = signedPostback(tracker, await order(), { secret: SECRETS.rival });
      expectRefusal(await send(tracker, path), 'signature_invalid');
      const open = { clickid: await click(tracker, 'open'), txid: unique() };
      expectRefusal(await send(tracker, signedPostback(tracker, open)), 'signature_invalid', 'tb_sig');
    });

    it('is not helped by a right token when its signature is wrong', async () => {
      const { tracker } = current;
      const data = { clickid: await click(tracker, 'by-token'), txid: unique(), token: TOKEN };
      expectRefusal(await send(tracker, `${signedPostback(tracker, data)}&x=1`), 'signature_invalid');
    });

    it('says nothing about the body, which therefore does not count', async () => {
      const { tracker } = current;
      const data = await order();
      const path = signedPostback(tracker, data, { method: 'POST' });
      const body = 'revenue=9999.00&status=rejected&note=forged';
      expect((await send(tracker, path, { method: 'POST', body, headers: FORM })).body).toMatchObject({
        outcome: 'recorded',
        status: 'approved',
        revenue: { amount: '10.00' },
      });
      const { items } = (await manage(tracker, `/v1/conversions?clickId=${data.clickid}`)).body as { items: Json[] };
      expect(items[0]?.metadata).toBeNull();
    });

    it('may report a click that is not known, which is then stored unattributed', async () => {
      const { tracker } = current;
      const data = { clickid: UNKNOWN_CLICK, txid: unique(), advertiser: 'acme' };
      expect((await send(tracker, signedPostback(tracker, data))).body.outcome).toBe('unattributed');
      const coupon = { txid: unique(), advertiser: 'acme' };
      expect((await send(tracker, signedPostback(tracker, coupon))).status).toBe(202);
    });
  });
});

describe('the log of classic postbacks', () => {
  onEveryTracker((current) => {
    it('never holds a token or a signature, wherever it was sent', async () => {
      const { tracker } = current;
      const clickid = await click(tracker, 'by-token');
      const post = (body: string, type: string) =>
        send(tracker, `/postback?clickid=${clickid}`, { method: 'POST', body, headers: { 'content-type': type } });
      await send(tracker, postback({ clickid, txid: unique(), token: TOKEN }));
      await send(tracker, `/postback?clickid=${clickid}&TOKEN=${TOKEN}&%74oken=${TOKEN}&txid=1&token=${TOKEN}x`);
      await send(tracker, `/postback?%zz=1&token=${TOKEN}&txid=${unique()}`);
      await post(`token=${TOKEN}&txid=${unique()}`, FORM['content-type']);
      await post(`{"token": "${TOKEN}", "txid":"J-1"}`, 'application/json');
      await post(`{"token": "${TOKEN}",`, 'application/json');
      await post(`token=${TOKEN}`, 'text/plain');
      const path = signedPostback(tracker, { clickid, txid: unique() });
      const signature = decodeURIComponent(/tb_sig=([^&]*)/.exec(path)?.[1] ?? '');
      await send(tracker, path);
      await send(tracker, `${path}&x=1`);
      const rows = await tracker.database.query('SELECT * FROM tallyback_inbound_postbacks');
      expect(rows.length).toBeGreaterThanOrEqual(8);
      expect(signature).toMatch(/^v1,.{43}$/);
      expect(JSON.stringify(rows)).not.toContain(TOKEN);
      expect(JSON.stringify(rows)).toContain('token=***');
      // A signature that proved nothing is kept apart, for a replay after the secret is mended, and shown to nobody.
      const kept = rows.filter((row) => JSON.stringify(row).includes(signature.slice(3)));
      expect(kept.map((row) => [row.sender, row.reason])).toEqual([[null, 'signature_invalid']]);
      const shown = await inboundLog(tracker, { clickId: clickid });
      expect(shown.length).toBeGreaterThanOrEqual(6);
      expect(JSON.stringify(shown)).not.toContain(signature.slice(3));
    });
  });
});
