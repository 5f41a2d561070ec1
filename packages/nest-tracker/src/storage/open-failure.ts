import type { DataSource } from 'typeorm';

interface Whereabouts {
  readonly type: string;
  readonly database?: unknown;
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
}

/** Says which database could not be opened and why, without the password. What the driver said is the `cause`. */
export function openFailure(dataSource: DataSource, error: unknown): Error {
  const options = dataSource.options as unknown as Whereabouts;
  const [what, advice] =
    options.type === 'postgres'
      ? [
          `PostgreSQL ${addressOf(options)}`,
          'Check that the server runs there, that the database exists, and the name and password of the user.',
        ]
      : [`the SQLite file ${String(options.database)}`, 'Check that it is a database and may be read and written.'];
  return new Error(`TrackerModule cannot open ${what}: ${reasonOf(error)}. ${advice}`, { cause: error });
}

function addressOf({ url, host, port, database }: Whereabouts): string {
  if (url && URL.canParse(url)) {
    const { host: address, pathname, username } = new URL(url);
    return `at ${address}${pathname}${username && ` as ${username}`}`;
  }
  return `at ${[host, port].filter(Boolean).join(':') || 'the default address'}/${String(database ?? '')}`;
}

/** A host with several addresses fails with an error per address, and none of its own. */
function reasonOf(error: unknown): string {
  const { message, code, errors } = error as { message?: string; code?: string; errors?: readonly Error[] };
  const reason = message || errors?.map((one) => one.message).join(', ') || code || String(error);
  return reason.replace(/\.$/, '');
}
