/** Who signs in every benchmark: the value is no secret. */
export const ADVERTISER = 'acme';
export const SECRET = `whsec_${'A'.repeat(43)}=`;
