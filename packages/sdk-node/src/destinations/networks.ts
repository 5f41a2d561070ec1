import * as networks from '@tallyback/protocol';
import type { Destination } from './destination.js';
import { type NetworkDestinationOptions, networkDestination } from './network-destination.js';

/**
 * Voluum: `GET /postback?cid&payout&txid&currency&et`. Its answers confirm nothing but receipt.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function voluum(options: NetworkDestinationOptions<networks.VoluumOptions>): Destination {
  return networkDestination(networks.voluum, options);
}

/**
 * CAKE: `GET /p.ashx?o&e&r&f=pb&t&p`, at most 8 requests a second; an answer without `SUCCESS` is no success.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function cake(options: NetworkDestinationOptions<networks.CakeOptions>): Destination {
  return networkDestination(networks.cake, options);
}

/**
 * Everflow: `GET /?nid&transaction_id&amount&order_id`. It answers 200 to senders it refuses, too: nothing is ever confirmed.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function everflow(options: NetworkDestinationOptions<networks.EverflowOptions>): Destination {
  return networkDestination(networks.everflow, options);
}

/**
 * ThriveTracker: your own postback URL with our macros; nothing is built in, since nothing is documented.
 * It would count a refund as a sale: updates and conversions that are rejected or refunded become dead letters.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function thrivetracker(options: NetworkDestinationOptions<networks.ThriveTrackerOptions>): Destination {
  return networkDestination(networks.thrivetracker, options);
}

/**
 * TUNE (HasOffers): `GET /aff_lsr?offer_id&transaction_id&amount`; it says no with 200 and `success=false`.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function tune(options: NetworkDestinationOptions<networks.TuneOptions>): Destination {
  return networkDestination(networks.tune, options);
}

/**
 * RedTrack: `GET /postback?clickid&sum&type`.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function redtrack(options: NetworkDestinationOptions<networks.RedTrackOptions>): Destination {
  return networkDestination(networks.redtrack, options);
}

/**
 * Keitaro: `GET /<key>/postback?subid&status&payout&tid`, also for changes of status.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function keitaro(options: NetworkDestinationOptions<networks.KeitaroOptions>): Destination {
  return networkDestination(networks.keitaro, options);
}

/**
 * Binom: `GET /click.php?cnv_id&payout&cnv_status`.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function binom(options: NetworkDestinationOptions<networks.BinomOptions>): Destination {
  return networkDestination(networks.binom, options);
}

/**
 * ClickFlare: `GET /cf/cv?click_id&payout&txid`.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function clickflare(options: NetworkDestinationOptions<networks.PlainPostbackOptions>): Destination {
  return networkDestination(networks.clickflare, options);
}

/**
 * BeMob: `GET /postback?cid&payout&txid`.
 *
 * @throws {ConfigurationError} when an option cannot work
 */
export function bemob(options: NetworkDestinationOptions<networks.PlainPostbackOptions>): Destination {
  return networkDestination(networks.bemob, options);
}
