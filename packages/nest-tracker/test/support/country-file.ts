import { writeFileSync } from 'node:fs';

const MARKER = Buffer.from([0xab, 0xcd, 0xef, ...Buffer.from('MaxMind.com')]);
const SEPARATOR = 16;

type Value = string | number | readonly Value[] | { readonly [name: string]: Value };

/** Writes a country database for IPv4 networks (`203.0.113.0/24`) in the format MaxMind DB 2.0. */
export function writeCountryFile(path: string, countries: Readonly<Record<string, string>>): void {
  const nodes: [Branch, Branch][] = [[undefined, undefined]];
  const data: Buffer[] = [];
  let offset = 0;
  for (const [network, country] of Object.entries(countries)) {
    const record = encode({ country: { iso_code: country } });
    plant(nodes, network, { offset });
    data.push(record);
    offset += record.length;
  }
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.flat().forEach((branch, i) => {
    const record =
      branch === undefined
        ? nodes.length
        : typeof branch === 'number'
          ? branch
          : nodes.length + SEPARATOR + branch.offset;
    tree.writeUIntBE(record, i * 3, 3);
  });
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_764_000_000,
    database_type: 'Test-Country',
    description: { en: 'Countries of documentation networks' },
    ip_version: 4,
    languages: ['en'],
    node_count: nodes.length,
    record_size: 24,
  });
  writeFileSync(path, Buffer.concat([tree, Buffer.alloc(SEPARATOR), ...data, MARKER, metadata]));
}

/** A node's number, what is said of a network, or nothing. */
type Branch = number | { readonly offset: number } | undefined;

function plant(nodes: [Branch, Branch][], network: string, leaf: { readonly offset: number }): void {
  const [address = '', length] = network.split('/');
  const bits = address
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('')
    .slice(0, Number(length));
  let node = nodes[0] as [Branch, Branch];
  for (const bit of bits.slice(0, -1)) {
    const side = Number(bit) as 0 | 1;
    if (typeof node[side] !== 'number') node[side] = nodes.push([undefined, undefined]) - 1;
    node = nodes[node[side] as number] as [Branch, Branch];
  }
  node[Number(bits.at(-1)) as 0 | 1] = leaf;
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  if (isList(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([control(7, entries.length), ...entries.flat().map(encode)]);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** A type and a size; types from 8 on have a byte of their own, sizes from 29 on a second one. */
function control(type: number, size: number): Buffer {
  const [shown, more] = size < 29 ? [size, []] : [29, [size - 29]];
  return Buffer.from(type < 8 ? [(type << 5) | shown, ...more] : [shown, type - 7, ...more]);
}
