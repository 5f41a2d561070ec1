import type { Dispatcher } from 'undici';
import type { Answer } from '../destinations/destination.js';

/** An answer is read this far; a longer one is cut off and its socket dropped. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Collects one answer from undici; the promise settles once, whatever comes later. */
export class AnswerHandler implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #status = 0;
  #headers: Answer['headers'] = {};
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while it still waited for a connection: it must not be sent behind our back.
    if (this.#settled) controller.abort(new Error('given up before it was sent'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Answer['headers']): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size <= MAX_ANSWER_BYTES) return;
    this.#finish();
    controller.abort(new Error('the answer is too long'));
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  abort(error: Error): void {
    this.#fail(error);
    this.#controller?.abort(error);
  }

  #finish(): void {
    if (this.#settled) return;
    this.#settled = true;
    const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    this.resolve({
      status: this.#status,
      headers: this.#headers,
      body: bytes.toString('utf8', 0, MAX_ANSWER_BYTES),
    });
  }

  #fail(error: Error): void {
    if (this.#settled) return;
    this.#settled = true;
    this.reject(error);
  }
}
