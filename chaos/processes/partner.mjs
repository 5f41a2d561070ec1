import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Dice } from '../lib/dice.mjs';
import { openJournal } from './journal.mjs';
import { readBody } from './read-body.mjs';

// The partners' server: notes what it takes, and is no better than such servers are.
const { CHAOS_CONTROL, CHAOS_LIFE, PARTNER_PORT, PARTNER_JOURNAL, PARTNER_SEED } = process.env;
const write = openJournal(PARTNER_JOURNAL);
// Its mood goes on where it was killed no more than a real one's would: each of its lives has dice of its own.
const dice = new Dice(`${PARTNER_SEED}/${CHAOS_LIFE}`);
const MOODS = { fine: 84, busy: 4, broken: 4, silent: 2, moved: 1, 'says no by 200': 3, 'takes it and fails': 2 };

const ANSWERS = {
  fine: (response) => response.end('ok'),
  busy: (response) => response.writeHead(429, { 'retry-after': '1' }).end('later'),
  broken: (response) => response.writeHead(500).end('oops'),
  silent: () => {},
  moved: (response) => response.writeHead(302, { location: '/elsewhere' }).end(),
  'says no by 200': (response) => response.end('{"success":false,"error":"try again"}'),
  'takes it and fails': (response) => response.writeHead(502).end('<html>Bad gateway</html>'),
};
const TAKES = new Set(['fine', 'takes it and fails']);

/** A postback as partners see it, whichever way it was sent. */
function told(request, body) {
  const url = new URL(request.url, 'http://partner');
  const type = request.headers['content-type'] ?? '';
  const fields = type.includes('json')
    ? JSON.parse(body)
    : Object.fromEntries(type.includes('form') ? new URLSearchParams(body) : url.searchParams);
  const id = request.headers['webhook-id'] ?? url.searchParams.get('tb_id');
  const { tx, click, status, sum, cur } = fields;
  return { path: url.pathname, id, tx, click, status, sum: `${sum} ${cur}` };
}

createServer(async (request, response) => {
  try {
    const body = (await readBody(request)).toString();
    const isCalm = JSON.parse(readFileSync(CHAOS_CONTROL, 'utf8')).calm;
    const mood = isCalm ? 'fine' : dice.weighted(MOODS);
    write({ ...told(request, body), mood, took: TAKES.has(mood) });
    ANSWERS[mood](response);
  } catch {
    // The connection broke on the way: nothing was told.
    response.destroy();
  }
}).listen(Number(PARTNER_PORT), '127.0.0.1', () => console.log('partner ready'));

process.once('SIGTERM', () => process.exit(0));
