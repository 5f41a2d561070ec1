import { moduleBuild, reactBuild, scriptBuild } from '../../support/build.js';
import { clickIdAt } from '../../support/click-ids.js';
import { type Answer, startSite, type Visit } from '../../support/site.js';

/** Every site that the tests visit, behind one address that browsers use as their proxy. */
export interface World {
  /** `http://127.0.0.1:port` */
  proxy: string;
  /** Every request for a page so far. */
  visits: Visit[];
  /** What was sent to a path, oldest first. */
  sent(path: string): Visit[];
  /** A registrable domain that no test has used, so that it has neither cookies nor storage. */
  site(): string;
  /** Puts a page at a path of every host. */
  page(path: string, answer: Answer | ((visit: Visit) => Answer)): void;
  /** The clicks that the tracker has recorded, by idempotency key. */
  recorded: Map<string, string>;
  close(): Promise<void>;
}

/** The head of every page: no request for an icon, and all modules as global `sdk`. */
export const HEAD =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script src="/sdk.js"></script>';

/** The tracker's `POST /v1/clicks`, as the contract has it: text, echoed origin, credentials, idempotent by key. */
function recordClick({ method, headers, body }: Visit, recorded: Map<string, string>): Answer {
  const cors = {
    'access-control-allow-origin': headers.origin ?? '',
    'access-control-allow-credentials': 'true',
    'content-type': 'application/json',
  };
  const { key, campaign } = JSON.parse(body || '{}') as { key?: string; campaign?: string };
  if (method !== 'POST' || !key || campaign !== 'spring') {
    return { status: 404, headers: cors, body: JSON.stringify({ outcome: 'rejected', reason: 'campaign_not_found' }) };
  }
  const known = recorded.get(key);
  const clickId = known ?? clickIdAt(Date.now() - 1000, `d${recorded.size}`);
  recorded.set(key, clickId);
  return { headers: cors, body: JSON.stringify({ clickId, status: known ? 'same' : 'new' }) };
}

/** Starts it. Paths without a page of their own are an empty page with the modules. */
export async function startWorld(): Promise<World> {
  const pages = new Map<string, (visit: Visit) => Answer>();
  const recorded = new Map<string, string>();
  pages.set('/v1/clicks', (visit) => recordClick(visit, recorded));
  const scripts = {
    '/sdk.js': await moduleBuild(),
    '/tallyback.js': await scriptBuild(),
    '/react.js': await reactBuild(),
  };
  const site = await startSite(scripts, (visit) => (pages.get(visit.url.pathname) ?? (() => HEAD))(visit));
  let sites = 0;
  return {
    proxy: new URL(site.url('127.0.0.1', '/')).origin,
    visits: site.visits,
    sent: (path) => site.visits.filter(({ url }) => url.pathname === path),
    site: () => `s${++sites}.example`,
    page: (path, answer) => pages.set(path, typeof answer === 'function' ? answer : () => answer),
    recorded,
    close: site.close,
  };
}
