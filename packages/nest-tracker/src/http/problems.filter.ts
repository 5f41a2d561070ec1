import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Injectable } from '@nestjs/common';
import { problem } from '@tallyback/protocol';
import { CatalogError } from '../catalog/catalog-error.js';
import { HttpReplier, type HttpReply } from './http-reply.js';

/** Errors of management routes as RFC 9457 `application/problem+json`. */
@Injectable()
@Catch(HttpException, CatalogError)
export class Problems implements ExceptionFilter {
  constructor(private readonly replier: HttpReplier) {}

  catch(error: HttpException | CatalogError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<unknown>();
    this.replier.send(response, error instanceof CatalogError ? faultsReply(error) : errorReply(error));
  }
}

function errorReply(error: HttpException): HttpReply {
  const status = error.getStatus();
  return reply(status, { type: 'about:blank', title: STATUS_CODES[status], status, detail: error.message });
}

/** The first fault is `field` and `detail`; `errors` has them all. */
function faultsReply({ faults }: CatalogError): HttpReply {
  const [first = { path: '', message: 'is invalid' }] = faults;
  const detail = faults.map(({ path, message }) => `${path} ${message}`).join('; ');
  const errors = faults.map(({ path, message }) => ({ field: path, detail: message }));
  return reply(400, { ...problem('invalid_field', detail, first.path), errors });
}

function reply(status: number, body: object): HttpReply {
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
  return { status, headers, body: JSON.stringify(body) };
}
