/** As many rows as a mask has bits: JavaScript counts bits up to here. */
export const MAX_PACK_ROWS = 32;

/** The bit of one row. */
export const maskOf = (row: number): number => (1 << row) >>> 0;

export function hasRow(mask: number, row: number): boolean {
  return row >= 0 && row < MAX_PACK_ROWS && ((mask >>> row) & 1) === 1;
}

/** The first row that a mask has. */
export const firstRow = (mask: number): number => 31 - Math.clz32(mask & -mask);

export function countBits(mask: number): number {
  let count = 0;
  for (let left = mask >>> 0; left !== 0; left = (left & (left - 1)) >>> 0) count += 1;
  return count;
}

/** Its lowest bits, at most so many. */
export function lowestBits(mask: number, count: number): number {
  let left = mask >>> 0;
  for (let taken = 0; taken < count && left !== 0; taken += 1) left = (left & (left - 1)) >>> 0;
  return (mask & ~left) >>> 0;
}
