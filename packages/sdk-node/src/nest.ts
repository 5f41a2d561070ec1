import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  Logger as NestLogger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ConfigurationError, QueueUnavailableError } from './errors.js';
import type { Logger } from './logger.js';
import type { TallybackOptions } from './options.js';
import { timeLimit } from './queue-options.js';
import { Tallyback } from './tallyback.js';

/** Options of the module beside those of {@link Tallyback}. */
export interface TallybackNestOptions extends TallybackOptions {
  /** How long the end of the application may wait for deliveries, in milliseconds. Default 10,000. */
  readonly shutdownTimeoutMs?: number;
}

export interface TallybackAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Given to `useFactory`. */
  // biome-ignore lint/suspicious/noExplicitAny: what is injected has any type
  readonly inject?: any[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly useFactory: (...injected: any[]) => TallybackNestOptions | Promise<TallybackNestOptions>;
  /** Whether every module can inject it without an import. Default true. */
  readonly isGlobal?: boolean;
}

const OPTIONS = Symbol('TALLYBACK_OPTIONS');

/**
 * Begins with the application and ends with it: once requests are answered no more, what is due is delivered, in bounded
 * time. Nest calls this in `app.close()`, and on signals after `app.enableShutdownHooks()`.
 */
@Injectable()
class TallybackLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #logger = new NestLogger(Tallyback.name);
  readonly #timeoutMs: number;

  constructor(
    @Inject(Tallyback) private readonly tallyback: Tallyback,
    @Inject(OPTIONS) options: TallybackNestOptions,
  ) {
    this.#timeoutMs = options.shutdownTimeoutMs ?? 10_000;
  }

  /** A queue that cannot be opened is retried by itself; the shop must start all the same. */
  async onApplicationBootstrap(): Promise<void> {
    await this.tallyback.start().catch((error: unknown) => this.#tell(error));
  }

  /** While the host's database is certainly open; requests that are still answered may convert after it. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.tallyback.flush({ timeoutMs: this.#timeoutMs / 2 }).catch((error: unknown) => this.#tell(error));
  }

  async onApplicationShutdown(): Promise<void> {
    const timeoutMs = this.#timeoutMs / 2;
    await this.tallyback.close({ timeoutMs }).catch((error: unknown) => this.#tell(error));
  }

  #tell(error: unknown): void {
    if (!(error instanceof QueueUnavailableError)) throw error;
    this.#logger.warn(error.message);
  }
}

/**
 * One {@link Tallyback} for a Nest application: inject the class `Tallyback`. It logs through Nest's logger unless it is
 * given another, and ends with the application.
 */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest takes a module as a class
export class TallybackModule {
  /** @throws {ConfigurationError} when the application starts and an option cannot work */
  static forRoot(given: TallybackNestOptions & { readonly isGlobal?: boolean }): DynamicModule {
    checkObject('forRoot()', given);
    const { isGlobal = true, ...options } = given;
    return define({ useFactory: () => options, isGlobal });
  }

  /**
   * The same with options that a factory makes of what is injected, e.g. of a `ConfigService` or a `DataSource`.
   *
   * @throws {ConfigurationError} without a factory; for options that cannot work when the application starts
   */
  static forRootAsync(options: TallybackAsyncOptions): DynamicModule {
    if (typeof options?.useFactory !== 'function') {
      throw new ConfigurationError('useFactory', 'must be a function that returns the options, or a promise of them');
    }
    return define(options);
  }
}

function define({ imports = [], inject = [], useFactory, isGlobal = true }: TallybackAsyncOptions): DynamicModule {
  const tallyback = (given: TallybackNestOptions) => {
    checkObject('useFactory', given);
    const { shutdownTimeoutMs, ...options } = given;
    if (shutdownTimeoutMs !== undefined && !timeLimit.fits(shutdownTimeoutMs)) {
      throw new ConfigurationError('shutdownTimeoutMs', `must be ${timeLimit.wanted}`);
    }
    return new Tallyback({ logger: nestLogger(), ...options });
  };
  return {
    module: TallybackModule,
    global: isGlobal,
    imports,
    providers: [
      { provide: OPTIONS, inject, useFactory },
      { provide: Tallyback, inject: [OPTIONS], useFactory: tallyback },
      TallybackLifecycle,
    ],
    exports: [Tallyback],
  };
}

function checkObject(of: string, options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  throw new ConfigurationError('options', `of ${of} must be an object with at least \`destinations\``);
}

function nestLogger(): Logger {
  const logger = new NestLogger(Tallyback.name);
  return {
    debug: (message) => logger.debug(message),
    info: (message) => logger.log(message),
    warn: (message) => logger.warn(message),
    error: (message) => logger.error(message),
  };
}

export { Tallyback } from './tallyback.js';
