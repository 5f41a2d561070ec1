// The catalog's vocabulary: plain values that entities, seed file and services share.

/** Ways a sender may prove who it is; `none` accepts anyone who knows the click id. */
export const SENDER_METHODS = ['signature', 'token', 'ip', 'none'] as const;
export type SenderMethod = (typeof SENDER_METHODS)[number];

/** What an advertiser proves itself by: a shared `whsec_` secret, a `whpk_` ed25519 key, a static token. */
export type SecretKind = 'secret' | 'publicKey' | 'token';

/** Where a secret comes from; what the seed lists is kept equal to the seed. */
export type SecretSource = 'seed' | 'management';

/** Whether a campaign or offer takes traffic and conversions. */
export const CATALOG_STATUSES = ['active', 'paused'] as const;
export type CatalogStatus = (typeof CATALOG_STATUSES)[number];

/**
 * How a campaign sends visitors on: with an HTTP status, by a page that refreshes to the destination, or by two such pages,
 * so that the destination never sees where they came from.
 */
export const REDIRECT_MODES = [302, 303, 307, 'meta', 'double-meta'] as const;
export type RedirectMode = (typeof REDIRECT_MODES)[number];

/** How a campaign shares its visitors out over its offers: by their weights, or by what they have brought so far. */
export const ROTATION_MODES = ['weighted', 'thompson'] as const;
export type RotationMode = (typeof ROTATION_MODES)[number];

/** Pages that click URLs may ask for by `to` or `url`. */
export interface DeepLinks {
  /** Hosts such as `shop.example`; `*.shop.example` is every one below it. */
  readonly hosts: readonly string[];
}

/** What a second message about the same order does. */
export const DUPLICATE_POLICIES = ['ignore', 'update', 'increment', 'new', 'once_per_click', 'reject'] as const;
export type DuplicatePolicy = (typeof DUPLICATE_POLICIES)[number];

/** Seconds from click to conversion within which a conversion counts. */
export interface ConversionWindow {
  readonly minSeconds?: number;
  readonly maxSeconds?: number;
}

/** One offer of a campaign with its share of the traffic. */
export interface CampaignOffer {
  /** Key of the offer. */
  readonly offer: string;
  /** Relative share; 0 takes no traffic. */
  readonly weight: number;
}

/** A URL that a partner wants to be told conversions at. */
export interface PartnerPostback {
  /** What it is known by, within its list: stays when the list is put in another order. Default: made of the URL's host. */
  readonly key?: string;
  /** URL with macros. */
  readonly url: string;
  /** Events that it tells. Default: all. */
  readonly on?: readonly string[];
  /** Statuses whose beginning it tells. Default `["approved"]`. */
  readonly status?: readonly string[];
  /** Default GET, or POST with a body. */
  readonly method?: 'GET' | 'POST';
  readonly body?: { readonly json: string | object } | { readonly form: Readonly<Record<string, string>> };
  /** The network whose macros URL and body are written with. Default: ours. */
  readonly dialect?: string;
  /** Whether plain `http:` is allowed. Default false. */
  readonly allowHttp?: boolean;
  /** `whsec_` secret: POSTs are signed as Standard Webhooks, GETs with `tb_sig`. Default: not signed. */
  readonly secret?: string;
}

/** A postback as it is stored. */
export type KeyedPostback = PartnerPostback & { readonly key: string };
