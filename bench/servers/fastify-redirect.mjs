import Fastify from 'fastify';

// What the framework alone leaves of the limit: the same redirect as a route of Fastify's.
const app = Fastify();
app.get('/', (_, reply) => reply.redirect('https://shop.example/land?clickid=01k00000000000000000000000', 302));
const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.send({ url: `${url}/` });
process.on('SIGTERM', () => process.exit(0));
