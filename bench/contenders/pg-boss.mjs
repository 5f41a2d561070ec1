import PgBoss from 'pg-boss';

const QUEUE = 'conversions';

/** `send` on a PostgreSQL that fsyncs every commit. Its housekeeping is off: only storing is measured. */
export async function openPgBoss({ url, schema }) {
  const boss = new PgBoss({ connectionString: url, schema, supervise: false, schedule: false });
  boss.on('error', (error) => {
    throw error;
  });
  await boss.start();
  await boss.createQueue(QUEUE);
  return {
    store: (conversion) => boss.send(QUEUE, conversion),
    close: () => boss.stop({ graceful: false, wait: true }),
  };
}
