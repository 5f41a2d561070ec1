import { ConfigurationError } from '../errors.js';

/** Where requests go: the origin for the connection and the path that precedes every other. */
export interface BaseUrl {
  readonly origin: string;
  /** Without a slash at its end; empty at the root. */
  readonly prefix: string;
}

/** @throws {ConfigurationError} when the text is no base URL */
export function parseBaseUrl(option: string, text: string): BaseUrl {
  if (typeof text !== 'string' || !URL.canParse(text)) {
    throw new ConfigurationError(option, 'must be an absolute URL such as https://track.example.com');
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ConfigurationError(option, 'must begin with https:// or http://');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new ConfigurationError(option, 'must be a base URL without user name, password, query and fragment');
  }
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
}
