/** Rows by what they have in common, each group in the order of the rows. (Node 20 has no `Map.groupBy`.) */
export function groupBy(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
