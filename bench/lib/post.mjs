import { createId, createSigner, HEADER_ADVERTISER, serializeMessage } from '@tallyback/protocol';
import { ADVERTISER, SECRET } from './house.mjs';

const PATH = '/v1/conversions';
const signer = createSigner(SECRET);

/** The request that a tracker gets for a conversion, signed: what whoever delivers without the SDK has to make. */
export function signedPost(conversion) {
  const now = Date.now();
  const body = serializeMessage({
    type: 'conversion.created',
    timestamp: new Date(now).toISOString(),
    data: { status: 'approved', ...conversion },
  });
  const signed = signer.headers({ id: createId(now), timestamp: Math.floor(now / 1000), body });
  const headers = { 'content-type': 'application/json', [HEADER_ADVERTISER]: ADVERTISER, ...signed };
  return { method: 'POST', path: PATH, headers, body };
}

/** Sends one and reads the answer; anything but a 200 is a failure. */
export async function post(pool, request) {
  const { statusCode, body } = await pool.request(request);
  await body.text();
  if (statusCode !== 200) throw new Error(`the sink answered ${statusCode}`);
}

/** The same on undici's lowest level: no streams, no promise of its own. */
export function dispatch(pool, request) {
  return new Promise((resolve, reject) => {
    let status = 0;
    pool.dispatch(request, {
      onRequestStart() {},
      onResponseStart(_, statusCode) {
        status = statusCode;
      },
      onResponseData() {},
      onResponseEnd: () => (status === 200 ? resolve() : reject(new Error(`the sink answered ${status}`))),
      onResponseError: (_, error) => reject(error),
    });
  });
}
