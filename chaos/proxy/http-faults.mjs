import { sleep } from '../lib/waiting.mjs';

/**
 * What a network, or a machine that stands in one, does to a request and its answer. Each fault gets the exchange:
 * `forward()` hands the request on and resolves with the answer, `give(answer)` answers, `cut()` breaks the connection.
 */
export const HTTP_FAULTS = {
  /** Both ways take their time. */
  async late({ forward, give, dice, patienceMs }) {
    await sleep(dice.whole(20, patienceMs / 4));
    const answer = await forward();
    await sleep(dice.whole(20, patienceMs / 4));
    give(answer);
  },

  'cut before the request': async ({ cut }) => cut(),

  /** The receiver has acted, and the sender will never know. */
  async 'cut after the request'({ forward, cut }) {
    await forward();
    cut();
  },

  /** The connection stays open and nothing ever comes; the request went nowhere. */
  'silence before the request': async () => {},

  async 'silence after the request'({ forward }) {
    await forward();
  },

  /** Some router sends the same bytes twice at once. */
  async 'delivered twice'({ forward, give }) {
    const [answer] = await Promise.all([forward(), forward()]);
    give(answer);
  },

  /** And sometimes once more much later, when the sender has long gone on. */
  async 'delivered again later'({ forward, give, dice, patienceMs, later }) {
    give(await forward());
    later(dice.whole(100, patienceMs * 2), forward);
  },

  'wrong answer instead of the request': async ({ give, dice, wrong }) => give(dice.pick(wrong)),

  async 'wrong answer instead of the right one'({ forward, give, dice, wrong }) {
    await forward();
    give(dice.pick(wrong));
  },

  /** The answer comes byte by byte. */
  async 'slow bytes'({ forward, response, dice }) {
    const { status, headers, body } = await forward();
    response.writeHead(status, headers);
    for (const byte of body.subarray(0, 200)) {
      response.write(Buffer.of(byte));
      await sleep(dice.whole(0, 4));
    }
    response.end(body.subarray(200));
  },

  /** The answer ends in its middle. */
  async 'torn answer'({ forward, response, cut }) {
    const { status, headers, body } = await forward();
    response.writeHead(status, { ...headers, 'content-length': String(body.length + 1) });
    response.write(body.subarray(0, body.length >> 1));
    await sleep(5);
    cut();
  },
};

/** How often each fault happens, of all that do. */
export const HTTP_MIX = {
  late: 6,
  'cut before the request': 2,
  'cut after the request': 4,
  'silence before the request': 1,
  'silence after the request': 2,
  'delivered twice': 3,
  'delivered again later': 2,
  'wrong answer instead of the request': 2,
  'wrong answer instead of the right one': 3,
  'slow bytes': 2,
  'torn answer': 2,
};

const says = (status, text, headers = {}) => ({ status, headers, body: Buffer.from(text) });

const PLAIN_REFUSALS = [
  says(502, '<html><h1>502 Bad Gateway</h1></html>', { 'content-type': 'text/html' }),
  says(503, 'overloaded', { 'retry-after': '1' }),
  says(504, ''),
  says(200, '{"success":false,"error":"maintenance"}', { 'content-type': 'application/json' }),
  says(404, 'no such deployment'),
  says(301, '', { location: 'https://login.example/' }),
];

/** What load balancers, deployments and captive portals say in the name of those behind them. */
export const WRONG_ANSWERS = [
  ...PLAIN_REFUSALS,
  says(200, 'OK'),
  says(200, '<html>Please log in</html>', { 'content-type': 'text/html' }),
];

/** Of these, what can be told from the answer of a receiver that says nothing but "OK", as partners' servers do. */
export const WRONG_ANSWERS_TO_POSTBACKS = PLAIN_REFUSALS;
