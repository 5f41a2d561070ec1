import './iife.js';
import { explain } from './debug.js';
import type { Global } from './iife.js';
import { optionsOf } from './lib/options-of.js';

const tag = document.currentScript ?? document.querySelector('script[src*=tallyback][data-consent]');
const { tallyback } = window as unknown as { tallyback: Global };
explain(tallyback, optionsOf((tag as HTMLElement | null)?.dataset ?? {}));
