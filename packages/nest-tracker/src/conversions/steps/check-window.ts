import { refuse, type Step } from './step.js';

/** Whether the time from click to conversion lies within the offer's window. */
export const checkWindow: Step = ({ click, offer, occurredAt }) => {
  if (!click || !offer) return undefined;
  const { minSeconds = 0, maxSeconds = Number.POSITIVE_INFINITY } = offer.row.window;
  // Clocks of sender and tracker differ a little: a conversion "before" its click happened right after it.
  const seconds = Math.max(0, (occurredAt - click.at) / 1000);
  if (seconds >= minSeconds && seconds <= maxSeconds) return undefined;
  const bound = seconds < minSeconds ? `at least ${minSeconds}` : `at most ${maxSeconds}`;
  const detail = `The conversion came ${Math.floor(seconds)} seconds after the click; offer "${offer.row.key}" counts ${bound}.`;
  return refuse('outside_window', detail, 'data.occurredAt');
};
