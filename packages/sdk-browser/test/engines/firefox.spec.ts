import { scenarios } from './scenarios/index.js';
import { describeEngine } from './support/describe-engine.js';
import { startFirefox } from './support/puppeteer-engine.js';

describeEngine(
  {
    title: 'sdk-browser in Firefox',
    places: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
    variable: 'FIREFOX_PATH',
    install: 'apt-get install firefox-esr',
    start: startFirefox,
  },
  scenarios,
);
