import { Pool } from 'undici';
import { callTimes } from '../lib/callers.mjs';
import { conversions } from '../lib/conversions.mjs';
import { dispatch, post, signedPost } from '../lib/post.mjs';

const SEND = { request: post, dispatch };

/** The limit of the machine: one request, made and signed beforehand, posted again and again; nothing is stored. */
export function bareUndici({ url, messages, inFlight, level }) {
  const pool = new Pool(url, { connections: inFlight, pipelining: 1 });
  const request = signedPost(conversions()());
  return {
    deliverAll: () => callTimes(messages, inFlight, () => SEND[level](pool, request)),
    close: () => pool.close(),
  };
}
