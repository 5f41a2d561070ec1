// Regular expressions of identifiers, as documents want them: without flags.

export const CLICK_ID_PATTERN = '^[0-7][0-9a-hjkmnp-tv-z]{25}$';
export const KEY_PATTERN = '^[a-z0-9][a-z0-9_-]{0,63}$';
export const POSTBACK_KEY_PATTERN = '^[a-z0-9][a-z0-9_-]{0,31}$';
export const EVENT_PATTERN = '^[a-z][a-z0-9_]{0,63}$';
