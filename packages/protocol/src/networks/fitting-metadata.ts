import { MAX_METADATA_BYTES, type Metadata } from '../conversion.js';
import { storableFault, textFault } from '../field-reader.js';

const MAX_NAME = 64;

/**
 * Parameters that no field took, as metadata. Networks append parameters of their own, and none of them may cost a
 * conversion: what cannot be stored or no longer fits is left out; of equal names the first stays.
 */
export function fittingMetadata(parameters: Iterable<{ readonly name: string; readonly value: string }>): Metadata {
  const kept: [string, string][] = [];
  let bytes = 2;
  const names = new Set<string>();
  for (const { name, value } of parameters) {
    if (names.has(name) || name === '__proto__' || textFault(name, MAX_NAME) || storableFault(value)) continue;
    const size = Buffer.byteLength(JSON.stringify({ [name]: value }));
    if (bytes + size > MAX_METADATA_BYTES) continue;
    bytes += size;
    names.add(name);
    kept.push([name, value]);
  }
  return Object.fromEntries(kept);
}
