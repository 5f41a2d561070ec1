import { randomBytes } from 'node:crypto';
import { writeSeed } from './seed.mjs';
import { Service } from './service.mjs';
import { createStory } from './story.mjs';
import { formatTable } from './table.mjs';
import { TrackerApi, waitFor } from './tracker-api.mjs';
import { visit } from './visitor.mjs';

const COLUMNS = ['campaign', 'currency', 'clicks', 'conversions', 'cr', 'revenue', 'payout', 'profit', 'epc'];

/**
 * The main job in small: tracker and shop as processes of their own, one visitor through both, the report.
 *
 * @param {{ port: number, shopPort: number, once: boolean }} options `once`: ends after the visitor
 */
export async function demonstrate({ port, shopPort, once }) {
  const services = [];
  const start = (...what) => {
    const service = new Service(...what);
    services.push(service);
    return service;
  };
  const { interrupted, forget } = listenForSignals();
  try {
    return await Promise.race([play({ port, shopPort, once, start }), interrupted]);
  } finally {
    // The shop first: what it still has to deliver finds the tracker up.
    for (const service of services.reverse()) await service.stop();
    forget();
  }
}

async function play({ port, shopPort, once, start }) {
  const trackerUrl = `http://127.0.0.1:${port}`;
  const shopUrl = `http://127.0.0.1:${shopPort}`;
  const adminToken = process.env.ADMIN_TOKEN || randomBytes(18).toString('base64url');
  const token = randomBytes(18).toString('base64url');
  // Installed and built by now, as the static imports above are evaluated before that.
  const { createSecret } = await import('@tallyback/protocol');
  const secret = createSecret();

  const tracker = start('tracker', 'examples/tracker/dist/main.js', {
    PORT: String(port),
    HOST: '127.0.0.1',
    ADMIN_TOKEN: adminToken,
    SEED: writeSeed({ shopUrl, secret, token }),
  });
  const shop = start('shop', 'examples/shop/dist/main.js', {
    SHOP_PORT: String(shopPort),
    SHOP_HOST: '127.0.0.1',
    TRACKER_URL: trackerUrl,
    ADVERTISER: 'acme',
    TALLYBACK_SECRET: secret,
  });
  await Promise.all([tracker.ready(), shop.ready()]);
  const story = tellStory({ trackerUrl, api: new TrackerApi(trackerUrl, adminToken) });
  const { clickId } = await Promise.race([story, tracker.failure(), shop.failure()]);
  if (once) return 0;

  printInvitation({ trackerUrl, shopUrl, adminToken, token, clickId });
  tracker.follow();
  shop.follow();
  return Promise.race([tracker.failure(), shop.failure()]);
}

async function tellStory({ trackerUrl, api }) {
  const tell = createStory('From a click to a counted sale');
  const conversions = async () => (await api.report()).find(({ campaign }) => campaign === 'spring')?.conversions ?? 0;
  const before = await conversions();
  const externalId = `blog-${randomBytes(4).toString('hex')}`;
  const { clickId, orderId } = await visit({ trackerUrl, externalId, tell });

  const postback = await waitFor(`the conversion of order ${orderId}`, () => api.postbackOf(orderId));
  const { method, path, status, outcome, reason, conversionId } = postback;
  tell(
    'Meanwhile the shop has reported the sale: signed, from its queue (sdk-node)',
    `${method} ${trackerUrl}${path}`,
    `${status} ${outcome}${reason ? `: ${reason}` : ''}`,
    `Conversion ${conversionId} of click ${postback.clickId}, as GET /v1/postbacks/in has it.`,
  );
  const rows = await waitFor(`order ${orderId} in the report`, async () => {
    return (await conversions()) > before ? api.report() : undefined;
  });
  tell('The report has it', `GET ${trackerUrl}/v1/reports?groupBy=campaign`, formatTable(COLUMNS, rows));
  return { clickId };
}

/** What only a person can do from here on. */
function printInvitation({ trackerUrl, shopUrl, adminToken, token, clickId }) {
  console.log(`
Both stay up until Ctrl-C. Open
    the shop            ${shopUrl}/
    the campaign link   ${trackerUrl}/c/spring?external_id=you

and ask the tracker
    curl -H 'Authorization: Bearer ${adminToken}' '${trackerUrl}/v1/reports?groupBy=campaign,day'
    curl -H 'Authorization: Bearer ${adminToken}' '${trackerUrl}/v1/postbacks/in?limit=5'
    curl '${trackerUrl}/postback?clickid=${clickId}&txid=L-1&event=lead&token=${token}'
`);
}

function listenForSignals() {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  let onSignal;
  const interrupted = new Promise((resolve) => {
    onSignal = () => resolve(0);
  });
  // Not once(): a second Ctrl-C while the services stop must not end this process before them.
  for (const signal of signals) process.on(signal, onSignal);
  const forget = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  return { interrupted, forget };
}
