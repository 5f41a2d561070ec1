// `{name}` anywhere gives it away; the other delimiters also occur in honest values, so they must enclose all of it.
const bracesAnywhere = /(?:\{|%7B)[A-Za-z_][\w.:-]*(?:\}|%7D)/i;
const enclosed =
  /^(?:\$?\{[^"]*\}|%7B[^"]*%7D|\[{1,2}[\w.: -]+\]{1,2}|(?:%5B){1,2}[\w.: -]+(?:%5D){1,2}|##?\w[\w.-]*##?|(?:%23){1,2}\w[\w.-]*(?:%23){1,2}|\$\w+\$|%24\w+%24|__\w+__|%%?[A-Za-z_]\w*%%?|<\w[\w. -]*>)$/i;
const braceGuid = /^(?:\{|%7B)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\}|%7D)$/i;

/**
 * Whether a value is a macro that somebody's tool did not replace: `{clickid}`, `[click_id]`, `$ob_click_id$`,
 * `__CALLBACK_PARAM__`, `%7Bclickid%7D`, `#reqid#`, `${X}`, `{{x}}`, `[[x]]`. Such a value identifies nothing and must not be kept as
 * an id.
 */
export function looksLikeMacro(value: string): boolean {
  const trimmed = value.trim();
  if (braceGuid.test(trimmed)) return false;
  return bracesAnywhere.test(trimmed) || enclosed.test(trimmed);
}
