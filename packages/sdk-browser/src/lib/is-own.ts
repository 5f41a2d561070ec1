/** Does this parameter carry a click id of ours? All others belong to somebody else and are opaque. */
export function isOwn(param: string): boolean {
  return /^clickid$/i.test(param);
}
