import type { NetworkReceive } from './network.js';

/** A route for both methods: networks show GET in their examples, and many senders post the same parameters as a form. */
export function getAndPost(path: string): NetworkReceive['routes'] {
  return [
    { method: 'GET', path },
    { method: 'POST', path },
  ];
}
