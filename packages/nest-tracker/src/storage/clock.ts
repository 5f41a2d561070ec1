import { Injectable } from '@nestjs/common';

/** The time, as a provider, so that a host's tests can set it: `overrideProvider(Clock).useValue({ now })`. */
@Injectable()
export class Clock {
  /** Epoch milliseconds. */
  readonly now = (): number => Date.now();
}
