import { createServer } from 'node:http';

// The limit on this machine: a redirect that stores nothing.
const server = createServer((_, response) => {
  response.writeHead(302, { location: 'https://shop.example/land?clickid=01k00000000000000000000000' });
  response.end();
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}/` }));
process.on('SIGTERM', () => process.exit(0));
