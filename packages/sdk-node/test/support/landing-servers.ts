import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { type Landing, type LandingOptions, landingClick, landingCookie, syncCookie } from '../../src/landing.js';

/** A shop's server that keeps clicks: every page sets a cookie of its own, too, and answers what it made of the visit. */
export interface LandingServer {
  readonly url: string;
  close(): Promise<void>;
}

type Start = (options: LandingOptions) => Promise<LandingServer>;

const OTHER = 'basket=7; Path=/';
const told = (landing: Landing, click: unknown) =>
  JSON.stringify({ ...landing, error: String(landing.error), seen: click });

async function listen(server: Server): Promise<LandingServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const startHttp: Start = (options) =>
  listen(
    createServer(async (request, response) => {
      response.setHeader('set-cookie', OTHER);
      if (request.url === '/_c/click') {
        const { status, body } = syncCookie(request, response, await textOf(request), options);
        response.writeHead(status).end(body);
        return;
      }
      const landing = landingCookie(request, response, options);
      response.end(told(landing, landingClick(request, options)));
    }),
  );

const startExpress: Start = (options) => {
  const app = express();
  app.use((_, response, next) => {
    response.cookie('basket', '7', { path: '/' });
    next();
  });
  app.all('/_c/click', express.text(), (request, response) => {
    const { status, body } = syncCookie(
      request,
      response,
      typeof request.body === 'string' ? request.body : '',
      options,
    );
    response.status(status).send(body);
  });
  const shop = express.Router();
  shop.use((request, response) => {
    const landing = landingCookie(request, response, options);
    response.send(told(landing, landingClick(request, options)));
  });
  app.use('/', shop);
  return listen(createServer(app));
};

const startFastify: Start = async (options) => {
  const app = fastify();
  app.addHook('onRequest', async (_, reply) => {
    reply.header('set-cookie', OTHER);
  });
  app.route({
    method: ['POST', 'DELETE'],
    url: '/_c/click',
    handler: async (request, reply) => {
      const { status, body } = syncCookie(request, reply, String(request.body ?? ''), options);
      return reply.code(status).send(body);
    },
  });
  app.all('/*', async (request, reply) => {
    const landing = landingCookie(request, reply, options);
    return told(landing, landingClick(request, options));
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: () => app.close() };
};

/** What a Next.js route or middleware does, with Node's own `Request` and `Response` behind a server that converts. */
const startWeb: Start = (options) =>
  listen(
    createServer(async (incoming, outgoing) => {
      const text = await textOf(incoming);
      const headers = Object.entries(incoming.headers).map(
        ([name, value]) => [name, String(value)] as [string, string],
      );
      const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
        method: incoming.method,
        headers,
      });
      let response: Response;
      if (incoming.url === '/_c/click') {
        const kept = new Headers({ 'set-cookie': OTHER });
        const { status, body } = syncCookie(request, { headers: kept }, text, options);
        response = new Response(body || null, { status, headers: kept });
      } else {
        response = new Response(null, { headers: { 'set-cookie': OTHER } });
        const landing = landingCookie(request, response, options);
        response = new Response(told(landing, landingClick(request, options)), response);
      }
      outgoing.setHeaders(response.headers);
      outgoing.writeHead(response.status).end(await response.text());
    }),
  );

/** Every framework that the helper is for. */
export const FRAMEWORKS: readonly (readonly [name: string, start: Start])[] = [
  ['plain http', startHttp],
  ['Express', startExpress],
  ['Fastify', startFastify],
  ['a Web Request and Response', startWeb],
];
