import { Agent, request } from 'undici';
import { sleep } from '../lib/waiting.mjs';

const TIMEOUT_MS = 4_000;
const MAX_PAUSE_MS = 1_000;

/** A browser: asks, gives up waiting after a while, and asks again. */
export class HttpClient {
  #agent = new Agent({
    connections: 128,
    pipelining: 1,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connect: { timeout: TIMEOUT_MS },
  });

  /** One answer; rejects when there was none, or only a part of one. */
  async ask(url, { method = 'GET', headers, body } = {}) {
    const answer = await request(url, { dispatcher: this.#agent, method, headers, body });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }

  /**
   * Asks until an answer is the one.
   *
   * @param {(answer: { status: number, headers: object, text: string }) => boolean} isIt
   * @param {(failure: string) => void} onFailure told of every other answer
   */
  async insist(url, options, isIt, onFailure) {
    for (let pause = 50; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      const answer = await this.ask(url, options).catch((error) => String(error.code ?? error.message));
      if (typeof answer !== 'string' && isIt(answer)) return answer;
      onFailure(typeof answer === 'string' ? answer : `HTTP ${answer.status} ${answer.text.slice(0, 200)}`);
      await sleep(pause);
    }
  }

  close() {
    return this.#agent.destroy();
  }
}
