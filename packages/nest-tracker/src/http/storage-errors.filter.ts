import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable, Logger } from '@nestjs/common';
import { isDataFault, isStorageFailure } from '../storage/storage-failure.js';
import { HttpReplier, type HttpReply } from './http-reply.js';
import { jsonReply, problemReply } from './problem-reply.js';

/** Every error of a database driver; told by name and code, since there may be several copies of one. */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest takes a class and asks it by instanceof.
class DatabaseError {
  static [Symbol.hasInstance](error: unknown): boolean {
    return isStorageFailure(error) || isDataFault(error);
  }
}

type DriverError = Error & { code?: unknown; driverError?: { code?: unknown } };

const FAULT = {
  type: 'about:blank',
  title: 'Internal Server Error',
  status: 500,
  detail: 'The database refused what was to be stored. The log of the application says more.',
};

/**
 * Answers what the database failed at. Such errors carry the statement's parameters, which Nest would write into the log
 * with everything else: customers, addresses, orders. Other errors are left to the host's filters.
 */
@Injectable()
@Catch(DatabaseError)
export class StorageErrors implements ExceptionFilter {
  private readonly logger = new Logger(StorageErrors.name);

  constructor(private readonly replier: HttpReplier) {}

  catch(error: DriverError, host: ArgumentsHost): void {
    const reply = this.replyTo(error);
    if (reply) this.replier.send(host.switchToHttp().getResponse<unknown>(), reply);
  }

  /** The answer to an error of the database, which is logged; undefined for any other. */
  replyTo(error: DriverError): HttpReply | undefined {
    if (isDataFault(error)) {
      // The message of a data fault may quote the value.
      const code = String(error.driverError?.code ?? error.code);
      this.logger.error(`The database refused what a row holds: ${error.name} ${code}\n${framesOf(error)}`);
      return jsonReply(500, FAULT, { 'content-type': 'application/problem+json' });
    }
    if (!isStorageFailure(error)) return undefined;
    this.logger.error(`The database cannot be used: ${error.name}: ${error.message}`);
    const detail = 'The database cannot be used at the moment. Try again.';
    return problemReply({ reason: 'storage_unavailable', detail });
  }
}

/** Where an error comes from, without its message. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
