import { createServer } from 'node:http';

// Says yes to whatever arrives, in the words that each sender expects, or what SINK_STATUS is. Reads the body to its end first.
const TRACKER = JSON.stringify({ outcome: 'recorded' });
const OTHERS = JSON.stringify({ success: true, status: 'Ok' });

const status = Number(process.env.SINK_STATUS ?? 200);

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const body = request.url === '/v1/conversions' ? TRACKER : OTHERS;
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
});
// Between rounds a sender may be quiet for long; its sockets are not to be cut then.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('SIGTERM', () => process.exit(0));
