import type { FactoryProvider } from '@nestjs/common';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import { GeoResolver } from './geo-resolver.js';
import { MaxmindFile } from './maxmind-file.js';

/** The resolver that the option `geo` asks for, or null. */
export async function geoResolver({ geo }: Pick<TrackerOptions, 'geo'>): Promise<GeoResolver | null> {
  if (geo === undefined) return null;
  if ('resolve' in geo) return geo;
  if (typeof geo.file === 'string' && geo.file !== '') return MaxmindFile.open(geo.file);
  throw new Error('TrackerModule: geo must be { file: "path/to/countries.mmdb" } or have a method resolve(ip).');
}

export const geoProvider: FactoryProvider<GeoResolver | null> = {
  provide: GeoResolver,
  useFactory: geoResolver,
  inject: [TRACKER_OPTIONS],
};
