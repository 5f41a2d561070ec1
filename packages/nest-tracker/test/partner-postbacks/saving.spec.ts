import { describe, expect, it } from '@jest/globals';
import { createSecret } from '@tallyback/protocol';
import { sendOnce } from '@tallyback/sdk-node/outbox';
import { parseSeed } from '../../src/catalog/parse-seed.js';
import { partnerDestination } from '../../src/partner-postbacks/partner-destination.js';
import { startPartner } from '../support/partner-server.js';

const faultsOf = (postback: object, options: object = {}) => {
  try {
    parseSeed({ partners: [{ key: 'blog', postbacks: [postback] }] }, options);
    return [];
  } catch (error) {
    return (error as { faults: { path: string; message: string }[] }).faults;
  }
};
const https = 'https://partner.example/pb?id={external_id}';

describe('saving a partner’s postback', () => {
  it.each<[string, object]>([
    ['a GET', { url: https }],
    ['a POST of JSON', { url: 'https://partner.example/', body: { json: { id: '{clickid}' } } }],
    ['a POST of a form', { url: 'https://partner.example/', body: { form: { id: '{clickid}', 'a b': '1&2' } } }],
    ['a dialect', { url: 'https://partner.example/?id=#reqid#', dialect: 'cake' }],
    ['a signature', { url: https, secret: createSecret() }],
    ['plain http that is allowed', { url: 'http://partner.example/?id={clickid}', allowHttp: true }],
    ['the click’s own parameters', { url: 'https://partner.example/?id={query.their_id}&c={clickid}' }],
  ])('takes %s', (_, postback) => {
    expect(faultsOf(postback)).toEqual([]);
  });

  it.each<[string, object, string, string]>([
    ['an unknown macro', { url: `${https}&t={transactionid}` }, 'url', 'did you mean {transaction_id}?'],
    ['plain http', { url: 'http://partner.example/?id={clickid}' }, 'url', 'use https:, or "allowHttp": true'],
    ['no click id', { url: 'https://partner.example/?sum={payout}' }, 'url', 'has no click-id macro'],
    ['a loopback address', { url: 'https://127.0.0.1/?id={clickid}' }, 'url', 'not on the public internet'],
    ['a private address', { url: 'https://10.1.2.3/?id={clickid}' }, 'url', 'not on the public internet'],
    ['a private address in disguise', { url: 'https://0x7f.1/?id={clickid}' }, 'url', 'not on the public internet'],
    ['a private IPv6 address', { url: 'https://[::1]/?id={clickid}' }, 'url', 'not on the public internet'],
    ['a name of this machine', { url: 'https://localhost/?id={clickid}' }, 'url', 'not on the public internet'],
    ['a macro as host', { url: 'https://{sub1}/?id={clickid}' }, 'url', 'scheme, host or port'],
    ['a body with GET', { url: https, method: 'GET', body: { form: { a: 'b' } } }, 'method', 'must be POST'],
    ['an unknown macro in a body', { url: https, body: { json: { a: '{clik}' } } }, 'body.json', '{clik}'],
    ['an unknown dialect', { url: https, dialect: 'nobody' }, 'dialect', 'must be one of voluum'],
    ['a secret that is none', { url: https, secret: 'other' }, 'secret', 'starts with "whsec_"'],
  ])('refuses %s and says what is wrong', (_, postback, field, message) => {
    const faults = faultsOf(postback);
    expect(faults).toEqual([{ path: `partners[0].postbacks[0].${field}`, message: expect.stringContaining(message) }]);
  });

  it('takes private addresses where the module allows them', () => {
    const url = 'https://127.0.0.1/?id={clickid}';
    expect(faultsOf({ url }, { allowPrivateAddresses: true })).toEqual([]);
  });

  it('is no way around: where a name leads is looked at again when connecting, and nothing is sent', async () => {
    const partner = await startPartner();
    const request = { id: 'p1', body: JSON.stringify({ method: 'GET', url: `${partner.url}/?id=1` }), now: Date.now() };
    const refused = await sendOnce(partnerDestination({}), request);
    expect(refused).toMatchObject({ verdict: { outcome: 'retry', why: expect.stringContaining('not public') } });
    expect(partner.told).toHaveLength(0);
    const allowed = await sendOnce(partnerDestination({}, { allowPrivateAddresses: true }), request);
    expect(allowed.verdict.outcome).toBe('delivered');
    await partner.close();
  });
});
