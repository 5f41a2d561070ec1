/**
 * A page that leads on without a redirect status. What it is for: the browser forgets the partner's page, since no
 * referrer leaves this one.
 *
 * @param url Absolute, or relative to the page.
 */
export function redirectPage(url: string): string {
  const target = escapeHtml(url);
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>One moment</title>',
    '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">',
    `<meta http-equiv="refresh" content="0;url=${target}">`,
    `<p><a href="${target}" rel="noreferrer">Continue</a></html>`,
  ].join('');
}

/** Headers of such a page: it runs nothing, and nobody may frame or keep it. */
export const REDIRECT_PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
