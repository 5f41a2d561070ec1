import { request } from 'node:http';

const HEADERS = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en-GB,en;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'upgrade-insecure-requests': '1',
};
const TIMEOUT_MS = 15_000;

/** What of a browser matters to a tracker and a shop: headers, cookies per host, the page one comes from. */
export class Browser {
  #cookies = new Map();
  #page;

  /** Opens an address; redirects are returned, not followed, so that the story can show them. */
  async open(url) {
    return this.#send('GET', url);
  }

  /** Sends a form of the current page. */
  async submit(url, fields) {
    return this.#send('POST', url, new URLSearchParams(fields).toString());
  }

  async #send(method, url, body) {
    const { host, origin } = new URL(url);
    const from = this.#page && new URL(this.#page);
    const cookies = this.#cookies.get(host) ?? new Map();
    const headers = {
      ...HEADERS,
      'sec-fetch-site': from === undefined ? 'none' : from.origin === origin ? 'same-origin' : 'cross-site',
      ...(from && { referer: from.origin === origin ? this.#page : `${from.origin}/` }),
      ...(cookies.size > 0 && { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded', origin }),
    };
    const answer = await exchange(method, url, headers, body);
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined) this.#cookies.set(host, cookies.set(name, value));
    }
    const location = answer.headers.location && new URL(answer.headers.location, url).href;
    if (location === undefined) this.#page = url;
    return { method, url, status: answer.status, location, body: answer.body };
  }
}

function exchange(method, url, headers, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, timeout: TIMEOUT_MS }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`${new URL(url).host} did not answer in time`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
