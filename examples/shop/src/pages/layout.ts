import { type Html, html } from '../html.js';
import type { Addresses } from './addresses.js';

/**
 * The frame of every page. The browser SDK is part of it: a visitor may land anywhere, through the tracker's redirect
 * (`?clickid=...`) or by a plain link (`?campaign=...`), and the pay link may stand anywhere.
 */
export function layout(title: string, main: Html, { clicksUrl, payUrl }: Addresses): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Boots, layers and packs for people who walk, from a small shop in the hills.">
<title>${title} · Fjell &amp; Fern</title>
<link rel="icon" href="/assets/fern.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/shop.css">
<script src="/tallyback.js" data-params="clickid" data-consent="pending" data-consent-from="gpc" data-direct="${clicksUrl ?? ''}" data-domains="${payUrl ? new URL(payUrl).hostname : ''}" defer></script>
<script src="/assets/consent.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<section class="consent" id="consent" aria-labelledby="consent-question" hidden>
  <div class="wrap">
    <div>
      <h2 id="consent-question">May we remember who sent you?</h2>
      <p>For 30 days, in this browser, so that whoever recommended us is paid. Nothing else is kept.</p>
    </div>
    <p class="answers">
      <button class="button" type="button" data-answer="granted">Yes, remember it</button>
      <button class="button quiet" type="button" data-answer="denied">No</button>
    </p>
  </div>
</section>
<header class="top">
  <div class="wrap">
    <a class="brand" href="/"><img src="/assets/fern.svg" alt="" width="30" height="30">Fjell &amp; Fern</a>
    <nav aria-label="Shop">
      <a href="/#boots">Boots</a>
      <a href="/#layers">Layers</a>
      <a href="/#carry">Carry</a>
    </nav>
  </div>
</header>
<main id="main">
${main}
</main>
<footer class="bottom">
  <div class="wrap">
    <p><strong>Fjell &amp; Fern</strong><br>Made for walking since 1987.</p>
    <p>Free delivery · 60 days to return<br>An example shop: nothing is charged, nothing is sent.</p>
    <p><button class="plain" id="consent-settings" type="button">Who sent you: change your answer</button></p>
  </div>
</footer>
</body>
</html>
`;
}
