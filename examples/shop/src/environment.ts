/** The shop's configuration as its environment variables give it. */
export interface Environment {
  host: string;
  port: number;
  trackerUrl: string;
  advertiser: string;
  secret: string;
  queuePath: string;
  ordersPath: string;
  /** Where else an order can be placed, on another host; none by default. */
  payUrl: string | undefined;
}

/** Thrown when variables are wrong; carries one line for each of them. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

/**
 * Reads and checks all variables; an empty one counts as not set.
 *
 * @throws EnvironmentError naming every variable that is wrong
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const faults: string[] = [];
  const read = (name: string, otherwise: string): string => variables[name] || otherwise;
  const environment = {
    host: read('SHOP_HOST', '127.0.0.1'),
    port: Number(read('SHOP_PORT', '4020')),
    trackerUrl: read('TRACKER_URL', 'http://127.0.0.1:4010'),
    advertiser: read('ADVERTISER', 'acme'),
    secret: read('TALLYBACK_SECRET', ''),
    queuePath: read('SHOP_QUEUE', 'var/shop-queue.db'),
    ordersPath: read('SHOP_ORDERS', 'var/shop-orders.jsonl'),
    payUrl: read('SHOP_PAY_URL', '') || undefined,
  };
  if (!Number.isInteger(environment.port) || environment.port < 0 || environment.port > 65_535) {
    faults.push('SHOP_PORT has to be a port from 0 (any free one) to 65535');
  }
  if (!URL.canParse(environment.trackerUrl)) {
    faults.push('TRACKER_URL has to be an absolute URL such as https://track.example.com');
  }
  if (environment.payUrl !== undefined && !/^https?:$/.test(protocolOf(environment.payUrl))) {
    faults.push('SHOP_PAY_URL has to be an absolute URL such as https://pay.example.com, or empty');
  }
  if (environment.secret === '') {
    faults.push('TALLYBACK_SECRET is not set: it is the whsec_... secret that the tracker has for this advertiser');
  }
  if (faults.length > 0) throw new EnvironmentError(faults);
  return environment;
}

function protocolOf(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : '';
}
