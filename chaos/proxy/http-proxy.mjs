import { Agent, request as ask, createServer } from 'node:http';
import { sleep } from '../lib/waiting.mjs';
import { readBody } from '../processes/read-body.mjs';
import { HTTP_FAULTS, HTTP_MIX, WRONG_ANSWERS } from './http-faults.mjs';

const FAULT_RATE = 0.08;
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding'];

/** Stands between two parts that speak HTTP and is as bad as networks are, until it is told to calm down. */
export class HttpProxy {
  #server;
  #agent = new Agent({ keepAlive: true });
  #dice;
  #calm = false;
  #timers = new Set();
  /** Until then (by `performance.now()`) nothing gets through. */
  #darkUntil = 0;

  /**
   * @param {object} options
   * @param {string} options.name the pair, for the counts
   * @param {import('../lib/dice.mjs').Dice} options.dice
   * @param {import('../lib/chronicle.mjs').Chronicle} options.chronicle
   * @param {readonly number[]} options.ports where requests go, each to one of them
   * @param {number} options.patienceMs how long delays may be
   * @param {(request: { method: string, url: string, body: string }) => string | undefined} options.subjectOf the order that
   *   a request is about
   * @param {readonly object[]} [options.wrong] what is answered in the receiver's name
   * @param {(request: { url: string, body: string }) => object | undefined} [options.lie] an answer that a planted fault gives,
   *   or the `url` that is asked for instead
   */
  constructor(options) {
    this.options = options;
    this.#dice = options.dice;
    this.#server = createServer((request, response) => {
      this.#exchange(request, response).catch(() => response.destroy());
    });
    // A client whose connection was cut in the middle of a request is not worth a word.
    this.#server.on('clientError', (_, socket) => socket.destroy());
  }

  async listen() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Nothing gets through for so long: neither requests nor connections that are open. */
  darken(ms) {
    this.#darkUntil = performance.now() + ms;
  }

  calmDown() {
    this.#calm = true;
    this.#darkUntil = 0;
  }

  async close() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #exchange(request, response) {
    const { name, chronicle, subjectOf, patienceMs, lie, wrong = WRONG_ANSWERS } = this.options;
    const body = await readBody(request);
    const asked = { method: request.method, url: request.url, body: body.toString() };
    const subject = subjectOf(asked);
    const cut = () => response.socket?.destroy();
    const give = ({ status, headers, body }) => response.writeHead(status, headers).end(body);
    const lied = lie?.(asked);
    if (lied?.status) return give(lied);
    const { method, url, headers } = request;
    const forward = () => this.#forward({ method, url, headers, ...lied }, body);
    if (lied) return give(await forward());
    const fault = this.#throw();
    if (fault === undefined) return give(await forward());
    if (fault !== 'dark') chronicle.count(`${name}: ${fault}`);
    if (subject !== undefined) chronicle.tell(subject, `${name}: ${fault} (${request.method} ${request.url})`);
    if (fault === 'dark') return cut();
    const later = (ms, work) => this.#later(ms, work);
    await HTTP_FAULTS[fault]({ forward, give, cut, later, response, dice: this.#dice, patienceMs, wrong });
  }

  #throw() {
    if (this.#calm) return undefined;
    if (performance.now() < this.#darkUntil) return 'dark';
    return this.#dice.chance(FAULT_RATE) ? this.#dice.weighted(HTTP_MIX) : undefined;
  }

  #later(ms, work) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work().catch(() => {});
    }, ms);
    this.#timers.add(timer);
  }

  /** Hands the same bytes on; rejects when there is nobody, which its caller turns into a broken connection. */
  async #forward({ method, url, headers }, body) {
    const port = this.#dice.pick(this.options.ports);
    const own = { ...headers, 'content-length': String(body.length) };
    for (const name of HOP_BY_HOP) delete own[name];
    const response = await new Promise((resolve, reject) => {
      const outgoing = ask({ host: '127.0.0.1', port, method, path: url, headers: own, agent: this.#agent }, resolve);
      outgoing.once('error', reject);
      outgoing.end(body);
    });
    const answer = await readBody(response);
    const given = { ...response.headers, 'content-length': String(answer.length) };
    for (const name of HOP_BY_HOP) delete given[name];
    return { status: response.statusCode, headers: given, body: answer };
  }
}

/** Resolves later than any proxy's delayed repetition. */
export const untilRepetitionsAreOver = (patienceMs) => sleep(patienceMs * 2 + 500);
