import { Brackets, type EntityManager, In, MoreThan, type SelectQueryBuilder } from 'typeorm';
import { InboundPostback } from '../postbacks/inbound-postback.entity.js';
import type { TrackerStorage } from '../storage/tracker-storage.js';
import { mentions, spellings } from './mentions.js';

/** Rows that are looked through at once: so few that nobody waits for it. */
const PAGE = 1_000;

/** What tells which rows of the log are about somebody. */
export interface LogMarks {
  readonly clickIds: readonly string[];
  readonly conversionIds: readonly string[];
  /** Of one advertiser, since others may have orders of the same number. */
  readonly transactionIds: ReadonlyMap<string, readonly string[]>;
}

/** Blanks the rows that are about these clicks, conversions and orders; answers how many. */
export async function eraseMarkedRows(manager: EntityManager, marks: LogMarks): Promise<number> {
  const { clickIds, conversionIds, transactionIds } = marks;
  const rows = await rowsWithContent(manager)
    .andWhere(
      new Brackets((where) => {
        where.where({ clickId: In(clickIds) }).orWhere({ conversionId: In(conversionIds) });
        for (const [advertiser, ids] of transactionIds) where.orWhere({ advertiser, transactionId: In(ids) });
      }),
    )
    .getMany();
  return blank(manager, rows);
}

/** Blanks the rows whose query or body holds a text as a value; reads the whole log, a page at a time. */
export async function eraseMentions(storage: TrackerStorage, text: string, advertiser?: string): Promise<number> {
  const { manager, dialect } = storage;
  const find = dialect === 'postgres' ? 'strpos' : 'instr';
  const ways = spellings(text);
  const parameters = Object.fromEntries(ways.map((spelling, i) => [`way${i}`, spelling]));
  const found = ways.map((_, i) => `${find}(row.query, :way${i}) > 0 OR ${find}(row.body, :way${i}) > 0`).join(' OR ');
  let erased = 0;
  for (let after = ''; ; ) {
    const last = await manager.find(InboundPostback, {
      select: { id: true },
      where: { id: MoreThan(after) },
      order: { id: 'ASC' },
      skip: PAGE - 1,
      take: 1,
    });
    const until = last[0]?.id;
    const page = rowsWithContent(manager).andWhere('row.id > :after', { after }).andWhere(`(${found})`, parameters);
    if (until !== undefined) page.andWhere('row.id <= :until', { until });
    if (advertiser !== undefined)
      page.andWhere('(row.advertiser = :advertiser OR row.advertiser IS NULL)', { advertiser });
    const rows = await page.getMany();
    erased += await storage.transaction((within) =>
      blank(
        within,
        rows.filter(({ query, body }) => mentions(query, text) || mentions(body, text)),
      ),
    );
    if (until === undefined) return erased;
    after = until;
    // SQLite answers without letting go of the event loop; requests go in between.
    await new Promise(setImmediate);
  }
}

/** Rows that still have anything of the request in them. */
function rowsWithContent(manager: EntityManager): SelectQueryBuilder<InboundPostback> {
  return manager
    .createQueryBuilder(InboundPostback, 'row')
    .select(['row.id', 'row.query', 'row.body'])
    .where('COALESCE(row.query, row.body, row.ip, row.user_agent, row.signature) IS NOT NULL');
}

async function blank(manager: EntityManager, rows: readonly InboundPostback[]): Promise<number> {
  const ids = rows.map(({ id }) => id);
  for (let i = 0; i < ids.length; i += PAGE) {
    const erased = { query: null, body: null, ip: null, userAgent: null, signature: null, whole: false };
    await manager.update(InboundPostback, { id: In(ids.slice(i, i + PAGE)) }, erased);
  }
  return ids.length;
}
