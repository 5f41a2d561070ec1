import { scenarios } from './scenarios/index.js';
import { trackingPrevention } from './scenarios/tracking-prevention.js';
import { describeEngine } from './support/describe-engine.js';
import { hasWindow, startWebKit } from './support/webkit-engine.js';

describeEngine(
  {
    title: 'sdk-browser in WebKitGTK with tracking prevention',
    places: ['/usr/bin/WebKitWebDriver'],
    variable: 'WEBKIT_DRIVER_PATH',
    install: 'apt-get install webkit2gtk-driver xvfb xauth gir1.2-webkit2-4.1 python3-gi',
    isComplete: hasWindow,
    start: startWebKit,
  },
  [...scenarios, trackingPrevention],
);
