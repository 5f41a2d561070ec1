import { Failure } from '../setup/failure.mjs';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 100;

/** The management routes of the tracker that the demonstration reads. */
export class TrackerApi {
  #url;
  #token;

  constructor(url, token) {
    this.#url = url;
    this.#token = token;
  }

  /** One row per campaign. */
  async report() {
    const { rows } = await this.#get('/v1/reports?groupBy=campaign');
    return rows;
  }

  /** The logged inbound postback of an order, once the tracker has it. */
  async postbackOf(orderId) {
    const { items } = await this.#get(`/v1/postbacks/in?transactionId=${orderId}`);
    return items.find(({ transactionId }) => transactionId === orderId);
  }

  async #get(path) {
    const response = await fetch(this.#url + path, { headers: { authorization: `Bearer ${this.#token}` } });
    if (response.ok) return response.json();
    throw new Failure(`GET ${path} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  }
}

/**
 * Asks again and again until there is an answer.
 *
 * @template T
 * @param {string} what is waited for, for the message when it does not come
 * @param {() => Promise<T | undefined>} ask
 * @returns {Promise<T>}
 */
export async function waitFor(what, ask) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Failure(`${what} did not come within ${PATIENCE_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
