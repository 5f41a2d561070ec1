import { jest } from '@jest/globals';
import { capture } from './browser/capture.js';
import { consent } from './browser/consent.js';
import { formFields } from './browser/form-fields.js';
import { hardening } from './browser/hardening.js';
import { lifecycle } from './browser/lifecycle.js';
import { persistence } from './browser/persistence.js';
import { scriptTag } from './browser/script-tag.js';
import { describeInChromium } from './support/chromium.js';

// A loaded machine may take seconds for a tab.
jest.setTimeout(60_000);

// One spec, so that there is one browser for all and one line when there is none.
describeInChromium('sdk-browser in Chromium', (browser) => {
  capture(browser);
  persistence(browser);
  consent(browser);
  formFields(browser);
  lifecycle(browser);
  scriptTag(browser);
  hardening(browser);
});
