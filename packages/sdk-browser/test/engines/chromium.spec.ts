import { scenarios } from './scenarios/index.js';
import { describeEngine } from './support/describe-engine.js';
import { startChromium } from './support/puppeteer-engine.js';

describeEngine(
  {
    title: 'sdk-browser in Chromium, every host by a proxy',
    places: [
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/usr/bin/google-chrome-stable',
    ],
    variable: 'CHROMIUM_PATH',
    install: 'apt-get install chromium',
    start: startChromium,
  },
  scenarios,
);
