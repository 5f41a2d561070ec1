import type { Type } from '@nestjs/common';
import { CATALOG_KINDS, type CatalogList } from '../catalog/catalog-kinds.js';
import { AdvertiserDto, CampaignDto, OfferDto, PartnerDto } from '../catalog/catalog-seed.dto.js';
import { SECRET } from './answer-schemas.js';
import { dtoSchema } from './dto-schema.js';
import { ok, PAGE, problemAnswer, type RouteDocs } from './route-doc.js';
import { anything, fieldsOf, list, object, oneOf, pageOf, type Schema, text, time, whole } from './schema.js';

const DTOS: Readonly<Record<CatalogList, Type>> = {
  advertisers: AdvertiserDto,
  offers: OfferDto,
  partners: PartnerDto,
  campaigns: CampaignDto,
};
const SECRETS = ['secrets', 'publicKeys', 'token'];
const FAULTS = problemAnswer('faults: `field` and `detail` are those of the first, `errors` has all');
const MATCH = {
  412: problemAnswer('somebody has changed it since; `If-Match` is not its ETag any more'),
  428: problemAnswer('`If-Match` is missing'),
};

function listDocs(list: CatalogList): RouteDocs {
  const { name, reference } = CATALOG_KINDS[list];
  const body = dtoSchema(DTOS[list]);
  const item = itemOf(body);
  const a = /^[ao]/.test(name) ? `an ${name}` : `a ${name}`;
  const one = ok(item, `the ${name}, with its ETag`);
  const missing = { 404: problemAnswer(`there is no ${name} with this key`) };
  const filters: Record<string, Schema> = { archived: oneOf(['true', 'false']) };
  if (reference) Object.assign(filters, { [reference.field]: text('key'), status: oneOf(['active', 'paused']) });
  const doc = `${name[0]?.toUpperCase()}${name.slice(1)}sController`;
  return {
    [`${doc}.list`]: {
      summary: `Lists ${list}, newest first`,
      query: { ...PAGE, ...filters },
      answers: { 200: ok(pageOf(item)) },
    },
    [`${doc}.find`]: { summary: `Reads ${a}`, answers: { 200: one, ...missing } },
    [`${doc}.create`]: {
      summary: `Makes ${a}`,
      body,
      answers: { 201: one, 400: FAULTS, 409: problemAnswer('the key is taken') },
    },
    [`${doc}.replace`]: {
      summary: `Replaces ${a}`,
      description: 'Needs `If-Match`. What the body leaves out takes its default.',
      body,
      answers: { 200: one, 400: FAULTS, ...missing, ...MATCH },
    },
    [`${doc}.patch`]: {
      summary: `Changes ${a} by a JSON merge patch (RFC 7396)`,
      description: 'Needs `If-Match`. `null` takes the default.',
      body: { ...anything, description: `some fields of the ${name}` },
      answers: { 200: one, 400: FAULTS, ...missing, ...MATCH },
    },
    [`${doc}.archive`]: {
      summary: `Archives ${a}`,
      description: 'Needs `If-Match`. Ends its traffic; clicks, conversions and reports keep it.',
      answers: {
        204: { description: 'archived' },
        409: problemAnswer('something in use refers to it'),
        ...missing,
        ...MATCH,
      },
    },
    [`${doc}.restore`]: { summary: `Brings ${a} back`, answers: { 200: one, ...missing } },
  };
}

/** What is answered: the same fields, filled in, without secrets, and the times. */
function itemOf(body: Schema): Schema {
  const fields = Object.entries(fieldsOf(body)).filter(([name]) => !SECRETS.includes(name.replace(/\?$/, '')));
  return object({ ...Object.fromEntries(fields), createdAt: time(), updatedAt: time(), 'archivedAt?': time() });
}

/** The catalog's lists, and the secrets of advertisers. */
export const CATALOG_DOCS: RouteDocs = {
  ...Object.assign({}, ...(Object.keys(CATALOG_KINDS) as CatalogList[]).map(listDocs)),
  'AdvertiserSecretsController.list': {
    summary: 'Lists the secrets, keys and tokens of an advertiser, without their values',
    answers: { 200: ok(object({ items: list(SECRET), next: { type: 'string', nullable: true } })) },
  },
  'AdvertiserSecretsController.add': {
    summary: 'Adds a secret or public key, or makes a secret',
    body: object({ 'kind?': oneOf(['secret', 'publicKey']), 'value?': text('default: made at random') }),
    bodyOptional: true,
    answers: { 201: ok(object({ ...fieldsOf(SECRET), 'value?': text('where it was made here, this one time') })) },
  },
  'AdvertiserSecretsController.remove': {
    summary: 'Revokes one at once',
    answers: { 204: { description: 'revoked' } },
  },
  'AdvertiserSecretsController.token': {
    summary: 'Makes a new token; the old one is taken for a while longer',
    body: object({ 'overlapSeconds?': whole('for how long') }),
    bodyOptional: true,
    answers: { 201: ok(object({ ...fieldsOf(SECRET), value: text('the token, this one time') })) },
  },
};
