import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { GeoAnswer, GeoResolver } from './geo-resolver.js';

/** How often the file is looked at: publishers bring a new one a few times a week. */
const LOOK_EVERY_MS = 60_000;

/** More than a file of countries has; one of cities may have millions. */
const MOST_PLACES = 8_192;

/**
 * Places that were read, by where in the file they stand. Reading one, with its names in eight languages, takes ten times
 * as long as finding it.
 */
class PlacesRead extends Map<string | number, unknown> {
  override set(key: string | number, place: unknown): this {
    if (this.size >= MOST_PLACES) this.clear();
    return super.set(key, place);
  }
}

/** MaxMind's own databases name the country in an object, IPinfo's in a field. */
interface Place {
  readonly country?: { readonly iso_code?: string };
  readonly country_code?: string;
}

interface Reader {
  get(ip: string): object | null;
}

/** Countries from a database file in MaxMind's format (GeoLite2, GeoIP2, DB-IP, IPinfo Lite), read anew when it changes. */
export class MaxmindFile implements GeoResolver, OnApplicationShutdown {
  private readonly logger = new Logger('GeoResolver');
  private readonly changed = () => void this.reload();

  private constructor(
    private readonly file: string,
    private reader: Reader,
  ) {
    watchFile(file, { persistent: false, interval: LOOK_EVERY_MS }, this.changed);
  }

  /** @throws Error that says what to do when the file or the package that reads it is missing. */
  static async open(file: string): Promise<MaxmindFile> {
    return new MaxmindFile(file, await read(file));
  }

  resolve(ip: string): GeoAnswer | undefined {
    const found: Place | null = this.reader.get(ip);
    return found ? { country: found.country?.iso_code ?? found.country_code } : undefined;
  }

  /** Reads the file again; one that cannot be read leaves what is known as it is. */
  async reload(): Promise<void> {
    try {
      this.reader = await read(this.file);
    } catch (error) {
      this.logger.warn(`The countries stay as they were. ${(error as Error).message}`);
    }
  }

  onApplicationShutdown(): void {
    unwatchFile(this.file, this.changed);
  }
}

async function read(file: string): Promise<Reader> {
  const { Reader } = await maxmind();
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(
      `TrackerModule: geo.file "${file}" cannot be read (${code}). It must be a country database in MaxMind's format (.mmdb).`,
      { cause },
    );
  }
  try {
    return new Reader(bytes, { cache: new PlacesRead() });
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(
      `TrackerModule: geo.file "${file}" is no database in MaxMind's format (${message}). Unpack it if it is an archive.`,
      { cause },
    );
  }
}

async function maxmind(): Promise<typeof import('maxmind')> {
  try {
    return await import('maxmind');
  } catch (cause) {
    throw new Error('TrackerModule: geo.file needs the package maxmind. Install it: npm install maxmind', { cause });
  }
}
