import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'puppeteer-core';
import { describeInChromium } from '../../../packages/sdk-browser/test/support/chromium.js';
import { Town } from './support/town.js';

describeInChromium('a visitor in Chromium', (browser) => {
  let town: Town;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    town = await Town.found();
    await Promise.all([town.openTracker(), town.openShop()]);
    page = await browser().newPage();
    // Without a screen Chromium calls itself HeadlessChrome, and the tracker takes it for the bot that it is.
    await page.setUserAgent({ userAgent: (await browser().userAgent()).replace('Headless', '') });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  }, 60_000);

  afterAll(async () => {
    await town?.leave();
  });

  it('is counted: click, redirect, landing, product, checkout, signed postback, report', async () => {
    await page.goto(`${town.trackerUrl}/c/spring?external_id=p-1&sub1=mail`);
    const landing = new URL(page.url());
    const clickId = landing.searchParams.get('clickid');
    expect(landing.origin + landing.pathname).toBe(`${town.shopUrl}/land`);
    expect(landing.searchParams.get('s')).toBe('mail');
    expect(clickId).toMatch(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/);
    expect(await kept()).toEqual(['', null]);
    await page.click('[data-answer=granted]');
    expect(await page.$eval('#consent', (banner) => banner.hasAttribute('hidden'))).toBe(true);
    expect(await kept()).toEqual([expect.stringContaining(String(clickId)), expect.stringContaining(String(clickId))]);

    await follow('a.button');
    expect(page.url()).toBe(`${town.shopUrl}/products/rondane-boot`);
    await page.select('#size', '42');
    await page.select('#quantity', '2');
    await follow('form.buy button');

    await page.type('#name', 'Kari <b>Nordmann');
    await page.type('#email', 'kari@example.com');
    await page.type('#coupon', 'spring');
    await follow('form[data-click] button');
    expect(await page.$eval('h1', (heading) => heading.textContent)).toBe('Thank you, Kari <b>Nordmann');
    const orderId = await page.$eval('[data-order]', (element) => element.textContent ?? '');

    expect(await town.inbound(orderId)).toEqual([expect.objectContaining({ outcome: 'recorded', clickId })]);
    expect(await town.report()).toEqual([
      expect.objectContaining({ campaign: 'spring', clicks: 1, conversions: 1, revenue: '340.20', payout: '34.02' }),
    ]);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('is refunded when the order is sent back', async () => {
    const orderId = await page.$eval('[data-order]', (element) => element.textContent ?? '');
    await follow('form.return button');
    expect(await page.$eval('h1', (heading) => heading.textContent)).toBe('Return registered');
    expect((await town.inbound(orderId, 2)).map(({ outcome }) => outcome)).toEqual(['recorded', 'updated']);
    expect(await town.report()).toEqual([expect.objectContaining({ conversions: 0, revenue: '0.00', payout: '0.00' })]);
  }, 60_000);

  it('is counted, too, when the order is placed on another site that a link of the checkout leads to', async () => {
    await page.goto(`${town.trackerUrl}/c/spring?external_id=p-2`);
    const clickId = new URL(page.url()).searchParams.get('clickid');
    await page.goto(`${town.shopUrl}/checkout?product=tarn-daypack&quantity=1`);
    await follow('a[href^="http://localhost"]');
    expect(new URL(page.url()).origin).toBe(town.payUrl);
    expect(new URL(page.url()).searchParams.get('clickid')).toBe(clickId);
    await page.type('#name', 'Ola');
    await page.type('#email', 'ola@example.com');
    await follow('form[data-click] button');
    const orderId = await page.$eval('[data-order]', (element) => element.textContent ?? '');
    expect(await town.inbound(orderId)).toEqual([expect.objectContaining({ outcome: 'recorded', clickId })]);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('asks who sent the visitor once, by keyboard as well, and forgets the click when the answer changes', async () => {
    await page.goto(`${town.shopUrl}/`);
    expect(await page.$eval('#consent', (banner) => banner.hasAttribute('hidden'))).toBe(true);
    await page.focus('#consent-settings');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.$eval(':focus', (element) => element.id)).toBe('consent-settings');
    expect(await kept()).toEqual(['', null]);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('is counted by the cookie of the server when the browser has thrown away what scripts had stored', async () => {
    await page.goto(`${town.trackerUrl}/c/spring?external_id=p-3`);
    const clickId = new URL(page.url()).searchParams.get('clickid');
    // The visitor has said no just now.
    expect(await serverCookies()).toEqual([]);
    await page.click('#consent-settings');
    const [answered] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/_c/click')),
      page.click('[data-answer=granted]'),
    ]);
    expect(answered.status()).toBe(200);
    expect(await serverCookies()).toEqual([
      expect.objectContaining({ httpOnly: true, value: expect.stringContaining(String(clickId)) }),
    ]);

    // As a browser does after a week.
    await page.evaluate(`localStorage.clear(); sessionStorage.clear();
      for (const name of document.cookie.match(/[^ =]+(?==)/g)) document.cookie = name + '=; Path=/; Max-Age=0';`);
    await page.goto(`${town.shopUrl}/checkout?product=tarn-daypack&quantity=1`);
    expect(await page.evaluate('[document.cookie, localStorage.length]')).toEqual(['', 0]);
    expect(await serverCookies()).toHaveLength(1);
    await page.type('#name', 'Ola');
    await page.type('#email', 'ola@example.com');
    await follow('form[data-click] button');
    const orderId = await page.$eval('[data-order]', (element) => element.textContent ?? '');
    expect(await town.inbound(orderId)).toEqual([expect.objectContaining({ outcome: 'recorded', clickId })]);

    await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/_c/click')),
      page.click('[data-answer=denied]'),
    ]);
    expect(await serverCookies()).toEqual([]);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('needs no mouse', async () => {
    await page.goto(`${town.shopUrl}/checkout?product=tarn-daypack&quantity=1`);
    await page.focus('#name');
    await page.keyboard.type('Ola');
    await page.keyboard.press('Tab');
    await page.keyboard.type('ola@example.com');
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    expect(page.url()).toContain('/orders/FF-');
    expect(complaints).toEqual([]);
  }, 60_000);

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
  ])(
    'never scrolls sideways at %i px (%s)',
    async (width, scheme) => {
      await page.setViewport({ width, height: 740 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      for (const path of ['/', '/land', '/products/tarn-daypack', '/checkout?product=lyng-socks&quantity=9']) {
        await page.goto(town.shopUrl + path);
        expect(await page.$eval('html', (html) => html.scrollWidth - html.clientWidth)).toBe(0);
      }
    },
    60_000,
  );

  /** What the SDK has stored: in its cookie and in localStorage. */
  async function kept(): Promise<unknown> {
    return page.evaluate('[/_clk=[^;]*|$/.exec(document.cookie)[0], localStorage.getItem("_clk")]');
  }

  /** What the shop's server has stored, which no script of the page can see. */
  async function serverCookies() {
    const cookies = await page.browserContext().cookies();
    return cookies.filter(({ name }) => name === '_clk_s');
  }

  async function follow(selector: string): Promise<void> {
    await Promise.all([page.waitForNavigation(), page.click(selector)]);
  }
});
