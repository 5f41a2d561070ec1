import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSecret } from '@tallyback/protocol';
import { freePorts } from '../../scripts/net/free-ports.js';
import { TALKATIVE_SHOP } from '../plants.mjs';
import { WRONG_ANSWERS_TO_POSTBACKS } from '../proxy/http-faults.mjs';
import { HttpProxy } from '../proxy/http-proxy.mjs';
import { Actor } from './actor.mjs';
import { seedOf } from './catalog.mjs';
import { Control } from './control.mjs';
import { postgresDatabase, sqliteDatabase } from './databases.mjs';
import { mebibytesFor, QuotaFolder } from './quota.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const TRACKER = path('../../examples/tracker/dist/main.js');
const SHOP = path('../processes/shop.mjs');
const PARTNER = path('../processes/partner.mjs');
/** Rollups of a long run take their time to be compared. */
const ANSWER_WITHIN_MS = 60_000;
const TX = /order-\d+/;
const subjectOf = ({ url, body }) => (TX.exec(url) ?? TX.exec(body))?.[0];

/** Everything that runs: processes with their supervisors, the proxies between them, the database, the disk. */
export class World {
  /** @type {Map<string, Actor>} */
  actors = new Map();
  proxies = [];
  #openingQuota;
  #openingDatabase;
  #closing;

  /** @param {{ folder: string, dice: object, chronicle: object, options: object, patienceMs: number, lies: object }} setting */
  constructor(setting) {
    this.setting = setting;
    this.control = new Control(join(setting.folder, 'control.json'));
    this.quota = new QuotaFolder(join(setting.folder, 'queue'), mebibytesFor(setting.options.conversions));
    this.adminToken = randomBytes(24).toString('hex');
  }

  async open() {
    const { folder, dice, chronicle, options, patienceMs, lies } = this.setting;
    this.#openingQuota = this.quota.open();
    await this.#openingQuota;
    if (this.#closing) throw new Error('The run was broken off while it began');
    const parts = { folder, dice: dice.for('database'), chronicle, patienceMs };
    this.#openingDatabase = options.database === 'sqlite' ? sqliteDatabase(parts) : postgresDatabase(parts);
    this.database = await this.#openingDatabase;
    const [shopPort, partnerPort, ...trackerPorts] = await freePorts(2 + options.trackers);
    this.trackerPorts = trackerPorts;
    const proxy = async (name, ports, more = {}) => {
      const common = { chronicle, patienceMs, subjectOf };
      const made = new HttpProxy({ name, ports, dice: dice.for(name), lie: lies[name], ...common, ...more });
      await made.listen();
      this.proxies.push(made);
      return made.url;
    };
    this.urls = {
      street: await proxy('visitor-tracker', trackerPorts),
      checkout: await proxy('visitor-shop', [shopPort]),
      shop: `http://127.0.0.1:${shopPort}`,
    };
    const shopTracker = await proxy('shop-tracker', trackerPorts);
    const partnerUrl = await proxy('tracker-partner', [partnerPort], { wrong: WRONG_ANSWERS_TO_POSTBACKS });
    const [advertiserSecret, partnerSecret] = [createSecret(), createSecret()];
    /** By what they are called: nobody may read them in what a process prints. */
    this.secrets = {
      "the advertiser's secret": advertiserSecret,
      "the partners' secret": partnerSecret,
      'the token of the operator': this.adminToken,
    };
    const seed = join(folder, 'seed.json');
    writeFileSync(seed, JSON.stringify(seedOf({ partnerUrl, advertiserSecret, partnerSecret })));
    this.journals = { shop: join(folder, 'shop.jsonl'), partner: join(folder, 'partner.jsonl') };
    for (const journal of Object.values(this.journals)) writeFileSync(journal, '');

    const seconds = [0.3, 0.6, 1, 2, 3, ...Array.from({ length: 1_000 }, () => 5)].join(',');
    for (const [i, port] of trackerPorts.entries()) {
      this.#add(`tracker-${i + 1}`, TRACKER, {
        DATABASE_URL: this.database.url,
        PORT: String(port),
        ADMIN_TOKEN: this.adminToken,
        // All visitors come through a proxy, which says where they are.
        TRUST_PROXY: '127.0.0.1',
        LOG_LEVEL: 'debug',
        SEED: seed,
        ALLOW_PRIVATE_ADDRESSES: 'true',
        PARTNER_RETRY_SECONDS: seconds,
        PARTNER_TIMEOUT_SECONDS: '2.5',
      });
    }
    this.#add('partner', PARTNER, {
      PARTNER_PORT: String(partnerPort),
      PARTNER_JOURNAL: this.journals.partner,
      PARTNER_SEED: `${options.seed}/partner`,
    });
    this.#add('shop', SHOP, {
      SHOP_PORT: String(shopPort),
      SHOP_QUEUE: join(this.quota.path, 'queue.db'),
      SHOP_JOURNAL: this.journals.shop,
      SHOP_TRACKER: shopTracker,
      SHOP_SECRET: advertiserSecret,
      SHOP_TALKS: String(options.plants.includes(TALKATIVE_SHOP)),
    });
    await Promise.all([...this.actors.values()].map((actor) => actor.start()));
  }

  /** What all processes have printed. */
  get log() {
    return join(this.setting.folder, 'output.log');
  }

  #add(name, file, env) {
    this.actors.set(name, new Actor({ name, file, env: { ...env, CHAOS_CONTROL: this.control.path }, log: this.log }));
  }

  get trackers() {
    return [...this.actors.values()].filter(({ name }) => name.startsWith('tracker'));
  }

  /** A management route of one of the trackers, past all proxies. */
  async manage(route, { method = 'GET', body } = {}) {
    const headers = { authorization: `Bearer ${this.adminToken}`, ...(body && { 'content-type': 'application/json' }) };
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const init = { method, headers, signal, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`http://127.0.0.1:${this.trackerPorts[0]}${route}`, init);
    if (!response.ok) throw new Error(`${method} ${route}: HTTP ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** A route of the shop, past the proxy. */
  async shop(route, method = 'GET') {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch(`${this.urls.shop}${route}`, { method, signal });
    if (!response.ok) throw new Error(`${method} ${route}: HTTP ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** May be asked for at any time and more than once. */
  close({ keepQueue = false } = {}) {
    this.#closing ??= this.#close(keepQueue);
    return this.#closing;
  }

  async #close(keepQueue) {
    // What is only starting would stay behind.
    await this.#openingQuota;
    const database = await this.#openingDatabase?.catch(() => undefined);
    await Promise.all([...this.actors.values()].map((actor) => actor.stop()));
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await database?.close();
    if (keepQueue) await this.quota.copyTo(join(this.setting.folder, 'queue-at-the-end'));
    await this.quota.close();
  }
}
