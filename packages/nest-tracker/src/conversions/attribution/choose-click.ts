import type { Offer } from '../../catalog/offer.entity.js';

/** A click that a customer is known by. */
export interface CustomerClick {
  readonly id: string;
  /** When it was made, epoch milliseconds. */
  readonly at: number;
  readonly offerId: string;
}

/** What an offer says about whose click counts. */
export type AttributionTerms = Pick<Offer, 'status' | 'events' | 'window' | 'attribution'>;

/**
 * The click that a conversion without one belongs to, of those its customer is known by. Clicks after the conversion,
 * outside their offer's window and of offers that do not take the event now are none. The customer's last click says
 * which offer it is; where that offer counts the first click, the first one on the same offer is taken.
 */
export function chooseClick(
  clicks: readonly CustomerClick[],
  { event, occurredAt }: { readonly event: string; readonly occurredAt: number },
  termsOf: (offerId: string) => AttributionTerms | undefined,
): CustomerClick | undefined {
  const possible = clicks.filter((click) => {
    const terms = termsOf(click.offerId);
    return terms !== undefined && takesEvent(terms, event) && inWindow(terms, occurredAt - click.at);
  });
  const last = extreme(possible, (click, best) => click.at > best.at || (click.at === best.at && click.id > best.id));
  if (!last || termsOf(last.offerId)?.attribution !== 'first') return last;
  const sameOffer = possible.filter(({ offerId }) => offerId === last.offerId);
  return extreme(sameOffer, (click, best) => click.at < best.at || (click.at === best.at && click.id < best.id));
}

function takesEvent({ status, events }: AttributionTerms, event: string): boolean {
  return status === 'active' && (events === null || events.includes(event));
}

function inWindow({ window }: AttributionTerms, milliseconds: number): boolean {
  const { minSeconds = 0, maxSeconds = Number.POSITIVE_INFINITY } = window;
  return milliseconds >= minSeconds * 1000 && milliseconds <= maxSeconds * 1000;
}

function extreme(
  clicks: readonly CustomerClick[],
  better: (click: CustomerClick, best: CustomerClick) => boolean,
): CustomerClick | undefined {
  let best: CustomerClick | undefined;
  for (const click of clicks) if (!best || better(click, best)) best = click;
  return best;
}
