import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecret } from '@tallyback/protocol';
import { freePorts } from '../../../../scripts/net/free-ports.js';
import { Application, type Ending, ROOT } from './application.js';

/** A report row, as far as these tests look at it. */
export interface Row {
  campaign: string;
  clicks: number;
  conversions: number;
  revenue: string;
  payout: string;
}

/** An inbound log row, as far as these tests look at it. */
export interface Inbound {
  outcome: string;
  transactionId: string;
  clickId?: string;
}

/** A tracker and a shop as processes of their own, which can be stopped and started one by one on the same data. */
export class Town {
  readonly #adminToken = 'town-admin';
  readonly #secret = createSecret();
  #tracker: Application | undefined;
  #shop: Application | undefined;

  private constructor(
    readonly folder: string,
    readonly trackerPort: number,
    readonly shopPort: number,
  ) {}

  static async found(): Promise<Town> {
    const folder = await mkdtemp(join(tmpdir(), 'tallyback-town-'));
    const town = new Town(folder, ...(await freePorts(2)));
    await writeFile(join(folder, 'seed.json'), JSON.stringify(town.#seed()));
    return town;
  }

  get trackerUrl(): string {
    return `http://127.0.0.1:${this.trackerPort}`;
  }

  get shopUrl(): string {
    return `http://127.0.0.1:${this.shopPort}`;
  }

  /** The same shop under another host name, with which the browser shares nothing. */
  get payUrl(): string {
    return `http://localhost:${this.shopPort}`;
  }

  async openTracker(): Promise<void> {
    this.#tracker = new Application([join(ROOT, 'examples/tracker/dist/main.js')], {
      DATABASE_URL: `sqlite:${join(this.folder, 'tracker.db')}`,
      PORT: String(this.trackerPort),
      ADMIN_TOKEN: this.#adminToken,
      SEED: join(this.folder, 'seed.json'),
    });
    await this.#tracker.says(/tracker ready at (\S+)/);
  }

  async openShop(): Promise<void> {
    this.#shop = new Application([join(ROOT, 'examples/shop/dist/main.js')], {
      SHOP_PORT: String(this.shopPort),
      SHOP_QUEUE: join(this.folder, 'queue.db'),
      SHOP_ORDERS: join(this.folder, 'orders.jsonl'),
      SHOP_PAY_URL: this.payUrl,
      TRACKER_URL: this.trackerUrl,
      ADVERTISER: 'acme',
      TALLYBACK_SECRET: this.#secret,
    });
    await this.#shop.says(/shop ready at (\S+)/);
  }

  async closeTracker(signal?: NodeJS.Signals): Promise<Ending | undefined> {
    return this.#tracker?.end(signal);
  }

  async closeShop(signal?: NodeJS.Signals): Promise<Ending | undefined> {
    return this.#shop?.end(signal);
  }

  /** Stops both and removes their data. */
  async leave(): Promise<void> {
    await Promise.all([this.closeShop('SIGKILL'), this.closeTracker('SIGKILL')]);
    await rm(this.folder, { recursive: true, force: true });
  }

  async report(): Promise<Row[]> {
    const { rows } = (await this.#ask('/v1/reports?groupBy=campaign')) as { rows: Row[] };
    return rows;
  }

  /** What the tracker logged about an order, oldest first; waits until there are as many rows as wanted. */
  async inbound(transactionId: string, wanted = 1): Promise<Inbound[]> {
    for (;;) {
      const { items } = (await this.#ask('/v1/postbacks/in?limit=1000')) as { items: Inbound[] };
      const found = items.filter((item) => item.transactionId === transactionId);
      if (found.length >= wanted) return found.reverse();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #ask(path: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.#adminToken}` };
    const response = await fetch(this.trackerUrl + path, { headers });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }

  #seed(): object {
    return {
      advertisers: [{ key: 'acme', name: 'Fjell & Fern', secrets: [this.#secret] }],
      offers: [
        {
          key: 'boots',
          advertiser: 'acme',
          destination: `${this.shopUrl}/land?clickid={clickid}&s={sub1}`,
          currency: 'EUR',
          payout: [{ event: 'purchase', kind: 'percent', percent: '10' }],
        },
      ],
      partners: [{ key: 'blog', name: 'Blog' }],
      campaigns: [{ key: 'spring', partner: 'blog', offers: [{ offer: 'boots', weight: 1 }] }],
    };
  }
}
