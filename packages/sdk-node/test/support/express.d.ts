/** What the tests use of Express, which ships no declarations. */
declare module 'express' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Request extends IncomingMessage {
    readonly body: unknown;
    readonly originalUrl: string;
    readonly protocol: string;
  }
  interface Response extends ServerResponse {
    cookie(name: string, value: string, options: { path: string }): void;
    status(code: number): Response;
    send(body: string): void;
    /** Replaces. */
    header(name: string, value: string): Response;
  }
  type Handler = (request: Request, response: Response, next: () => void) => void;
  interface Router {
    (request: IncomingMessage, response: ServerResponse): void;
    use(handler: Handler): void;
    use(path: string, handler: Router): void;
    all(path: string, ...handlers: Handler[]): void;
  }
  const express: { (): Router; Router(): Router; text(): Handler };
  export default express;
}
