import { fill, type Variables } from '../variables.js';
import type { RequestTemplate, Signing } from './case.js';
import { bodyOf } from './message.js';
import { postbackOf } from './postback.js';
import { messageContent, type SigningContext, signParts } from './signing.js';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query behind the base URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const PATHS = { conversions: '/v1/conversions', batch: '/v1/conversions/batch' } as const;

/** Builds what a step sends. */
export function buildRequest(template: RequestTemplate, variables: Variables, context: SigningContext): WireRequest {
  const signing = fill(template.signing ?? {}, variables);
  const { to = 'conversions' } = template;
  if (to === 'postback') return postbackRequest(template, signing, variables, context);
  const body = bodyOf(template, variables);
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, application/problem+json',
    'tallyback-advertiser': context.target.advertiser,
    ...signatureHeaders(signing, body, context),
    ...fill(template.headers ?? {}, variables),
  };
  return { method: 'POST', path: PATHS[to], headers: present(headers), body: template.flipBit ? flipped(body) : body };
}

function postbackRequest(
  template: RequestTemplate,
  signing: Signing,
  variables: Variables,
  context: SigningContext,
): WireRequest {
  const { method, path, form } = postbackOf(template, signing, variables, context);
  const headers = present(fill(template.headers ?? {}, variables));
  if (form.length > 0) {
    // As forms are written: a space is a plus.
    const body = Buffer.from(form.join('&').replaceAll('%20', '+'));
    return { method, path, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body };
  }
  const { json, text, base64 } = template;
  if (json === undefined && text === undefined && base64 === undefined) return { method, path, headers };
  return {
    method,
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: bodyOf(template, variables),
  };
}

function signatureHeaders(signing: Signing, body: Buffer, context: SigningContext): Record<string, string> {
  if (signing.signed === false) return {};
  const parts = signParts(signing, context, 'base64', messageContent(body, signing.over));
  const headers = Object.entries(parts).filter(([name]) => !signing.omit?.includes(name as 'id'));
  return Object.fromEntries(headers.map(([name, value]) => [`webhook-${name}`, value]));
}

/** In the middle of the value of a field, so that it is JSON as before. */
function flipped(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  const at = copy.indexOf('49.90');
  copy[at < 0 ? copy.length >> 1 : at] = (copy[at < 0 ? copy.length >> 1 : at] ?? 0) ^ 1;
  return copy;
}

function present(headers: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null));
}
