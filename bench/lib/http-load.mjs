import { Pool } from 'undici';

/**
 * Requests one URL over keep-alive connections, as many at once as there are connections, for some milliseconds.
 *
 * @returns {Promise<number>} answers per second
 * @throws Error when an answer has another status than expected: a fast error is no result.
 */
export function httpLoad(url, { headers = {}, ...load }) {
  const { origin, pathname, search } = new URL(url);
  const request = { method: 'GET', path: pathname + search, headers };
  return requestLoad(origin, () => request, load);
}

/** The same with a request made anew each time. */
export async function requestLoad(origin, next, { connections = 64, milliseconds = 2500, expect }) {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const end = performance.now() + milliseconds;
  const start = performance.now();
  let answers = 0;
  const visitor = async () => {
    while (performance.now() < end) {
      const { statusCode, body } = await pool.request(next());
      await body.dump();
      if (statusCode !== expect) throw new Error(`${origin} answered ${statusCode}, expected ${expect}`);
      answers++;
    }
  };
  await Promise.all(Array.from({ length: connections }, visitor));
  const seconds = (performance.now() - start) / 1000;
  await pool.close();
  return answers / seconds;
}
