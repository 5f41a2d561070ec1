/** Kept equal to package.json by every release: reading the file at run time would break bundled applications. */
export const VERSION = '0.1.0';

export const USER_AGENT = `tallyback-sdk-node/${VERSION}`;
