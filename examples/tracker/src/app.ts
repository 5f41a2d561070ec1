import { ConsoleLogger, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { configureApp } from './app.module.js';
import { type Environment, LOG_LEVELS } from './environment.js';

/** Within this time a request has to be there as a whole. */
const REQUEST_TIMEOUT_MS = 300_000;

function createAdapter({ adapter, trustProxy }: Environment): ExpressAdapter | FastifyAdapter {
  if (adapter === 'fastify') {
    return new FastifyAdapter({
      trustProxy: [...trustProxy],
      // Longer than any key, so that what is no campaign is told so by the tracker and not by the router.
      routerOptions: { maxParamLength: 1_000 },
      // Fastify would wait for ever for the rest of a body; this is Node's own limit.
      requestTimeout: REQUEST_TIMEOUT_MS,
    });
  }
  const express = new ExpressAdapter();
  express.disable('x-powered-by');
  express.set('trust proxy', [...trustProxy]);
  return express;
}

/** Builds the application; nothing listens yet. */
export async function createApp(environment: Environment): Promise<INestApplication> {
  const adapter = createAdapter(environment);
  const logLevels = LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(environment.logLevel) + 1);
  return NestFactory.create(configureApp(environment), adapter, {
    // Signatures are made over bytes, so the module needs them.
    rawBody: true,
    // While it shuts down, senders get a 503 (and try again) instead of a connection that breaks.
    return503OnClosing: true,
    logger: new ConsoleLogger({ logLevels }),
    // Failures to start are reported by main.ts in a line, so Nest neither logs them nor ends the process.
    abortOnError: false,
    bufferLogs: true,
    autoFlushLogs: false,
  });
}
