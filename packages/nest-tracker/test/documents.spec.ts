import 'reflect-metadata';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REASONS } from '@tallyback/protocol';
import { AdvertiserDto, CampaignDto, OfferDto, PartnerDto } from '../src/catalog/catalog-seed.dto.js';
import { parseSeed } from '../src/catalog/parse-seed.js';
import { compatNetworks } from '../src/compat/compat-networks.js';
import { dtoSchema } from '../src/openapi/dto-schema.js';
import { SECRETS } from './support/catalog.js';

const ROOT = join(__dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The rows of the table under a heading, as cells. */
function tableUnder(text: string, heading: string): string[][] {
  const section = text.split(/^## /m).find((candidate) => candidate.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| (.*) \|$/gm)].map(([, row]) => (row ?? '').split(' | ').map((cell) => cell.trim()));
}

describe('the documents', () => {
  it('map every rejection code of Everflow', () => {
    const codes = tableUnder(read('docs/network-codes.md'), 'Everflow').map(([code]) => code);
    expect(codes).toEqual(['code', ...Array.from({ length: 27 }, (_, index) => String(index + 1))]);
  });

  it('map every status code of TUNE', () => {
    const codes = tableUnder(read('docs/network-codes.md'), 'TUNE').map(([code]) => code);
    const tune = '11 12 13 14 15 16 17 18 19 21–23 31 41 42 43 51 52 61–65'.split(' ');
    expect(codes).toEqual(['code', ...tune, '81 and up']);
  });

  it('map codes to reasons, outcomes and statuses that exist, or say that they do not apply', () => {
    const text = read('docs/network-codes.md');
    const known = [
      ...Object.keys(REASONS),
      'duplicate',
      'updated',
      'rejected',
      'pending',
      'none',
      'token',
      'url_signature',
    ];
    for (const [code, , here = ''] of [...tableUnder(text, 'Everflow'), ...tableUnder(text, 'TUNE')]) {
      const named = [...here.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
      if (code !== 'code') expect([code, named.filter((name) => !known.includes(name as string))]).toEqual([code, []]);
    }
  });

  it('say for every network how its postbacks are taken over', () => {
    const text = read('docs/compat.md');
    for (const { name, title, receive } of compatNetworks) {
      expect(text).toContain(`| ${title} |`);
      const path = receive.routes[0]?.path.replace(/\/?\*$/, '').replace(/:(\w+)/, '<$1>');
      expect(text).toContain(`/compat/${name}${path}`);
    }
  });

  it.each([
    ['Advertisers', AdvertiserDto],
    ['Offers', OfferDto],
    ['Partners', PartnerDto],
    ['Campaigns', CampaignDto],
  ])('describe every field of the catalog, and no other (%s)', (heading, dto) => {
    const rows = tableUnder(read('docs/catalog.md'), heading).filter((cells) => cells[0]?.startsWith('`'));
    const described = rows.flatMap(([field = '']) => [...field.matchAll(/`(\w+)`/g)].map(([, name]) => name as string));
    const fields = Object.keys(dtoSchema(dto).properties as object);
    expect(described.sort()).toEqual(fields.sort());
  });

  it('show a catalog that is accepted', () => {
    const [, example = ''] = /```jsonc\n([\s\S]*?)```/.exec(read('docs/catalog.md')) ?? [];
    const seed = parseSeed(JSON.parse(example.replaceAll('whsec_…', SECRETS.acme)));
    expect(seed.campaigns).toMatchObject([{ key: 'spring' }]);
  });

  it.each([
    'README.md',
    'docs/attribution.md',
    'docs/catalog.md',
    'docs/inbound-log.md',
    'docs/money.md',
    'docs/privacy.md',
    'docs/scaling.md',
    'docs/senders.md',
    'docs/reasons.md',
    'docs/compat.md',
    'docs/network-codes.md',
    'docs/pixel.md',
    'docs/journeys.md',
    'docs/management.md',
    'docs/partner-postbacks.md',
    'docs/reports.md',
    'docs/rotation.md',
    'docs/webhooks.md',
  ])('link to files that are there and published (%s)', (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link as string);
    for (const link of links) {
      expect([link, existsSync(join(ROOT, path, '..', link))]).toEqual([link, true]);
    }
    expect((JSON.parse(read('package.json')) as { files: string[] }).files).toContain('docs');
  });
});
