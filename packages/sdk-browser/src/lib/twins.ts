import type { Options, Touch } from '../types.js';
import { attempt } from './attempt.js';
import { decode, encode, isOurs } from './codec.js';
import { cookieSlot } from './cookie-slot.js';
import { storageSlot } from './storage-slot.js';

/** A place that keeps one text. Its methods throw where the browser forbids or lacks it. */
export interface Slot {
  /** Everything found under our name; a cookie can be there twice, for the host and for its domain. */
  read(): string[];
  /** Keeps a text until a time in milliseconds since 1970; '' removes. */
  write(text: string, until: number): void;
}

/** The same touches in localStorage and in a cookie: each is lost for other reasons, and one repairs the other. */
export function twins({ cookie = {}, storage = true }: Options): {
  read(): Touch[];
  write(touches: readonly Touch[], until: number): void;
} {
  const { name = '_clk', domain } = cookie || {};
  // localStorage last: its event makes other tabs look, and by then the cookie must say the same.
  const slots = [cookie && cookieSlot(name, domain), storage && storageSlot(name)].filter(Boolean) as Slot[];
  return {
    read: () => slots.flatMap(({ read }) => attempt(read, [])).flatMap(decode),
    write(touches, until) {
      const text = encode(touches);
      for (const { read, write } of slots) {
        attempt(() => {
          const found = read();
          // Writing the same again would cut a cookie's life short in some browsers and prolong it in none.
          if (found.every(isOurs) && String(found) !== text) write(text, until);
        });
      }
    },
  };
}
