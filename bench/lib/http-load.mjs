import { Pool } from 'undici';

/**
 * Requests one URL over keep-alive connections, as many at once as there are connections, for some milliseconds.
 *
 * @returns {Promise<number>} answers per second
 * @throws Error when an answer has another status than expected: a fast error is no result.
 */
export async function httpLoad(url, { connections = 64, milliseconds = 2500, expect, headers = {} }) {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const end = performance.now() + milliseconds;
  const start = performance.now();
  let answers = 0;
  const visitor = async () => {
    while (performance.now() < end) {
      const { statusCode, body } = await pool.request({ method: 'GET', path: pathname + search, headers });
      await body.dump();
      if (statusCode !== expect) throw new Error(`${url} answered ${statusCode}, expected ${expect}`);
      answers++;
    }
  };
  await Promise.all(Array.from({ length: connections }, visitor));
  const seconds = (performance.now() - start) / 1000;
  await pool.close();
  return answers / seconds;
}
