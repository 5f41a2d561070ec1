import { nearest } from '@tallyback/protocol';
import { checkValues } from './tracker.option-values.js';
import type { TrackerModuleExtras, TrackerOptions } from './tracker.options.js';

/** Every option there is; the compiler finds the one that is missing here. */
const OPTIONS: Record<keyof TrackerOptions, true> = {
  adminToken: true,
  clicksAheadOfMiddleware: true,
  compat: true,
  dataSource: true,
  database: true,
  directClickLimit: true,
  directClickOrigins: true,
  fallbackUrl: true,
  firstPartyCookie: true,
  geo: true,
  hashKey: true,
  isDataCentre: true,
  keepIp: true,
  keepUserAgent: true,
  messagesAheadOfMiddleware: true,
  partnerPostbacks: true,
  publicUrl: true,
  rateLimit: true,
  rates: true,
  referrerPolicy: true,
  retention: true,
  runMigrations: true,
  seed: true,
  signatureToleranceSeconds: true,
  unprovenLimit: true,
};

/** What stands beside `useFactory`, and is no option of what the factory returns. */
const EXTRAS: Record<keyof TrackerModuleExtras, true> = {
  controllers: true,
  dataSourceName: true,
  decorators: true,
  globalGuards: true,
  guard: true,
  isGlobal: true,
  path: true,
};

/**
 * The options as they are, when every one of them is known and they do not contradict each other: a misspelt `retention`
 * would keep data for ever without a word.
 *
 * @throws Error that names the option and says how to mend it.
 */
export function checkedOptions(options: TrackerOptions): TrackerOptions {
  if (options === null || typeof options !== 'object') {
    throw new Error('TrackerModule has no options: pass an object to forRoot(), or return one from useFactory.');
  }
  for (const [name, value] of Object.entries(options)) {
    if (Object.hasOwn(OPTIONS, name) || value === undefined) continue;
    if (Object.hasOwn(EXTRAS, name)) {
      throw new Error(
        `TrackerModule: "${name}" is decided before any factory runs. Move it out of what useFactory returns, beside ` +
          `useFactory: TrackerModule.forRootAsync({ ${name}: …, useFactory: … }).`,
      );
    }
    const meant = nearest(name, [...Object.keys(OPTIONS), ...Object.keys(EXTRAS)]);
    const hint = meant ? `Did you mean "${meant}"?` : `There are ${Object.keys(OPTIONS).join(', ')}.`;
    throw new Error(`TrackerModule: there is no option "${name}". ${hint}`);
  }
  if (options.database && options.dataSource) {
    throw new Error(
      'TrackerModule: both database and dataSource are given. Keep dataSource to share yours, or database to let the ' +
        'module open its own.',
    );
  }
  checkValues(options);
  return options;
}
