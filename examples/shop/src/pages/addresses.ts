/** Other hosts that the pages have to do with. */
export interface Addresses {
  /** The tracker's `POST /v1/clicks`, which is told of visitors who come by a plain link; none: nobody is. */
  clicksUrl?: string | undefined;
  /** Another host of this shop to pay at; links to it carry the click. */
  payUrl?: string | undefined;
}
