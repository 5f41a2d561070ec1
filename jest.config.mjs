// Dependencies published as ES modules only. Jest loads modules itself and on Node 20 it cannot
// require() an ES module, so these are compiled to CommonJS like our own sources.
const esmOnly = ['@nestjs', 'is-network-error', 'p-retry'].join('|');

/** @type {import("jest").Config} */
export default {
  testEnvironment: 'node',
  // Most tests wait for a database, a browser or another process; a machine of two cores keeps two of them busy.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1.5GB',
  // A worker that is done has nothing open, but a gigabyte to give back: on a busy machine that takes longer than the half
  // second after which Jest says that tests leak.
  workerGracefulExitTimeout: 15_000,
  // No test measures time: this only ends what hangs, also on a machine that is busy with something else.
  testTimeout: 60_000,
  globalSetup: '<rootDir>/scripts/test/postgres-up.mjs',
  globalTeardown: '<rootDir>/scripts/test/postgres-down.mjs',
  setupFiles: ['<rootDir>/scripts/test/random-seed.js'],
  roots: ['<rootDir>/packages', '<rootDir>/examples', '<rootDir>/test'],
  testMatch: ['**/src/**/*.spec.ts', '**/test/**/*.spec.ts'],
  moduleNameMapper: {
    '^@tallyback/([^/]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^@tallyback/([^/]+)/([^/.]+)$': '<rootDir>/packages/$1/src/$2.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/'],
  transform: {
    '^.+\\.[jt]s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:.+/node_modules/)?(?:${esmOnly})/)`],
};
