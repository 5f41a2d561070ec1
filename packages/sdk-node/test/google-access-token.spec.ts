import { describe, expect, it } from '@jest/globals';
import { googleDataManager } from '../src/destinations.js';
import { attempt, frozen, jane, message, NOW } from './support/deliver.js';
import { json, sinks } from './support/sink.js';

const sink = sinks();
const OAUTH = { clientId: 'client', clientSecret: 'c-secret', refreshToken: 'r-token' };

/** Google's token endpoint, giving `t1`, `t2`, ... for an hour each. */
async function google() {
  let given = 0;
  const tokens = await sink((response) => {
    given += 1;
    json(response, 200, { access_token: `t${given}`, expires_in: 3600 });
  });
  const api = await sink((response) => json(response, 200, { requestId: 'r' }));
  const destination = googleDataManager({
    customerId: '1',
    conversionActions: '2',
    auth: { ...OAUTH, tokenUrl: `${tokens.url}/token` },
    baseUrl: api.url,
  });
  const body = frozen(destination, message(), { person: jane });
  const sent = () => api.received.map(({ headers }) => headers.authorization);
  return { tokens, api, destination, body, sent };
}

describe('access by refresh token', () => {
  it('is asked for once, however many requests wait for it', async () => {
    const { tokens, destination, body, sent } = await google();
    await Promise.all([1, 2, 3].map(() => attempt(destination, body)));
    await attempt(destination, body);
    expect(tokens.received).toHaveLength(1);
    expect(String(tokens.received[0]?.body)).toBe(
      'grant_type=refresh_token&client_id=client&client_secret=c-secret&refresh_token=r-token',
    );
    expect(sent()).toEqual(Array(4).fill('Bearer t1'));
  });

  it('is renewed a minute before it lapses', async () => {
    const { destination, body, sent } = await google();
    await attempt(destination, body, NOW);
    await attempt(destination, body, NOW + 3_539_999);
    await attempt(destination, body, NOW + 3_540_000);
    expect(sent()).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2']);
  });

  it('is asked for anew after it was refused', async () => {
    const { api, destination, body, sent } = await google();
    api.behave((response) => json(response, 401, { error: { code: 401 } }));
    expect(await attempt(destination, body)).toMatchObject({ outcome: 'retry' });
    await attempt(destination, body);
    expect(sent()).toEqual(['Bearer t1', 'Bearer t2']);
  });

  it('fails the attempt, without a secret in the message, when Google gives none', async () => {
    const { tokens, api, destination, body } = await google();
    tokens.behave((response) => json(response, 400, { error: 'invalid_grant', echo: 'r-token c-secret' }));
    const failure = await attempt(destination, body).catch((error: unknown) => String(error));
    expect(failure).toContain('invalid_grant');
    expect(failure).not.toMatch(/r-token|c-secret/);
    expect(api.received).toEqual([]);
    tokens.behave((response) => json(response, 200, { access_token: 'late', expires_in: 3600 }));
    expect(await attempt(destination, body)).toMatchObject({ outcome: 'delivered' });
  });

  it('has its secrets blanked out of logs', async () => {
    const { destination } = await google();
    expect(destination.secrets).toEqual(['c-secret', 'r-token']);
  });
});
