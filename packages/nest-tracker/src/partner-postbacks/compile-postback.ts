import {
  CLICK_MACROS,
  CONVERSION_MACROS,
  compileBodyTemplate,
  compileUrlTemplate,
  findNetwork,
  type MacroDialect,
  networks,
  type Template,
  TemplateError,
  translateTemplate,
} from '@tallyback/protocol';
import { isPublicAddress, literalAddress } from '@tallyback/sdk-node/outbox';
import type { PartnerPostback } from '../catalog/catalog.js';
import type { PartnerPostbackOptions } from './postback-faults.js';

/** A request with everything in it but its signature: what is stored, and sent by every attempt. */
export interface FrozenRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly type?: string;
  readonly body?: string;
}

/** A partner's postback, ready to be filled in. */
export interface CompiledPostback {
  readonly definition: PartnerPostback;
  /** The click-id macros that it uses, at least one. */
  readonly clickIds: readonly string[];
  /** Host and port: what stands or falls together. */
  readonly place: string;
  render(value: (macro: string) => string | undefined): FrozenRequest;
}

/** What is wrong with a postback, and in which of its fields. */
export class PostbackError extends Error {
  override readonly name = 'PostbackError';

  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

const MACROS = [...CLICK_MACROS, ...CONVERSION_MACROS];
const CLICK_IDS = ['clickid', 'external_id'];
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|internal)\.?$/i;

/**
 * Checks and compiles a postback.
 *
 * @throws PostbackError for the first thing that is wrong.
 */
export function compilePostback(
  definition: PartnerPostback,
  { allowPrivateAddresses = false }: Pick<PartnerPostbackOptions, 'allowPrivateAddresses'> = {},
): CompiledPostback {
  const dialect = dialectOf(definition.dialect);
  if (/^http:/i.test(definition.url) && !definition.allowHttp) {
    const danger = 'is plain http:, which sends ids and amounts unprotected';
    throw new PostbackError('url', `${danger}; use https:, or "allowHttp": true if the partner has nothing else`);
  }
  const url = attempt('url', () =>
    compileUrlTemplate(definition.url, {
      macros: MACROS,
      allowQueryMacros: true,
      allowHttp: definition.allowHttp ?? false,
      ...(dialect && { dialect }),
    }),
  );
  const body = definition.body === undefined ? undefined : compileBody(definition.body, dialect);
  const method = definition.method ?? (body ? 'POST' : 'GET');
  if (body && method === 'GET') throw new PostbackError('method', 'must be POST when there is a body');
  const clickIds = CLICK_IDS.filter((macro) => url.has(macro) || body?.template.has(macro));
  if (clickIds.length === 0) {
    const hint = '{external_id} (the partner’s own click id) or {clickid} (ours)';
    throw new PostbackError('url', `has no click-id macro: without ${hint} the partner cannot tell which click it is`);
  }
  const { hostname, host } = new URL(url.render(() => 'x'));
  if (!allowPrivateAddresses) refusePrivate(hostname);
  return {
    definition,
    clickIds,
    place: host,
    render: (value) => ({
      method,
      url: url.render(value),
      ...(body && { type: body.type, body: body.template.render(value) }),
    }),
  };
}

/**
 * A name that resolves to such an address is refused when connecting: it may change at any time.
 *
 * @throws PostbackError
 */
export function refusePrivate(hostname: string): void {
  const address = literalAddress(hostname);
  if (address === undefined ? !LOCAL_NAME.test(hostname) : isPublicAddress(address)) return;
  const hint = 'partnerPostbacks.allowPrivateAddresses of the module allows it';
  throw new PostbackError('url', `leads to ${hostname}, which is not on the public internet; ${hint}`);
}

function dialectOf(name: string | undefined): MacroDialect | undefined {
  if (name === undefined) return undefined;
  const dialect = findNetwork(name)?.macros;
  if (dialect && Object.keys(dialect.names).length > 0) return dialect;
  const known = networks.filter(({ macros }) => Object.keys(macros.names).length > 0).map((one) => one.name);
  throw new PostbackError('dialect', `must be one of ${known.join(', ')}`);
}

function compileBody(
  body: NonNullable<PartnerPostback['body']>,
  dialect: MacroDialect | undefined,
): { type: string; template: Template } {
  const [kind, ...others] = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  if (others.length > 0 || (kind !== 'json' && kind !== 'form')) {
    throw new PostbackError('body', 'must be { "json": … } or { "form": { … } }');
  }
  const field = `body.${kind}`;
  const [type, text] =
    'json' in body
      ? ['application/json', typeof body.json === 'string' ? body.json : JSON.stringify(body.json)]
      : ['application/x-www-form-urlencoded', formOf(body.form)];
  const template = attempt(field, () => {
    const source = dialect ? translated(text, dialect) : text;
    return compileBodyTemplate(source, { macros: MACROS, format: kind, allowQueryMacros: true });
  });
  return { type, template };
}

function translated(text: string, dialect: MacroDialect): string {
  const { template, findings } = translateTemplate(text, { macros: dialect });
  if (findings.some(({ severity }) => severity === 'error')) throw new TemplateError(findings);
  return template;
}

function formOf(form: unknown): string {
  const fields = typeof form === 'object' && form !== null ? Object.entries(form) : [];
  const wrong = fields.find(([, value]) => typeof value !== 'string');
  if (fields.length === 0 || wrong) {
    throw new PostbackError('body.form', 'must be an object of texts such as { "id": "{external_id}" }');
  }
  return fields.map(([name, value]) => `${encodeURIComponent(name)}=${literals(value as string)}`).join('&');
}

/** What stands between macros, percent-encoded. */
function literals(value: string): string {
  return value.replaceAll(/\{[^{}]*\}|[^{}]+/g, (part) => (part.startsWith('{') ? part : encodeURIComponent(part)));
}

function attempt<Result>(field: string, compile: () => Result): Result {
  try {
    return compile();
  } catch (error) {
    if (error instanceof TemplateError) throw new PostbackError(field, error.message);
    throw error;
  }
}
