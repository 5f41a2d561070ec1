/** `{ var1: 'sub1', ... }`: their numbered macros as our `sub1`..`sub10`. */
export function numberedMacros(theirs: (position: number) => string, count: number): Record<string, string> {
  const positions = Array.from({ length: count }, (_, index) => index + 1);
  return Object.fromEntries(positions.map((position) => [theirs(position), `sub${position}`]));
}
