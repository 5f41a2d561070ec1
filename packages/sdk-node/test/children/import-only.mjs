// Imports every entry and does nothing: what it changes, or what would keep this process alive, is a side effect.
const EVENTS = ['exit', 'beforeExit', 'uncaughtException', 'unhandledRejection', 'warning', 'SIGTERM', 'SIGINT'];
const LASTING = /Timeout|Immediate|MessagePort|Worker|TCP|UDP|FSEvent/;

const handlers = () => EVENTS.reduce((sum, event) => sum + process.listenerCount(event), 0);
const resources = () => process.getActiveResourcesInfo().filter((name) => LASTING.test(name)).length;

const before = { handlers: handlers(), resources: resources() };
for (const entry of ['index', 'sqlite', 'memory', 'destinations']) await import(`../../dist/${entry}.js`);
const libsql = process.report.getReport().sharedObjects.filter((name) => name.includes('libsql'));
process.stdout.write(
  JSON.stringify({ handlers: handlers() - before.handlers, resources: resources() - before.resources, libsql }),
);
