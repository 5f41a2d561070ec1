import { describe, expect, it } from '@jest/globals';
import { compatNetworks } from './compat-networks.js';
import { compatFaults } from './compat-settings.js';

describe('compat settings', () => {
  it('may say everything that a network’s reader takes', () => {
    const settings = {
      everflow: {
        events: { '516': 'lead' },
        statuses: { Confirmed: 'approved' },
        currency: 'EUR',
        transactionIdScope: 'click',
        parameters: { clickId: 'tid', couponCode: 'code' },
        alwaysOk: true,
      },
      voluum: {},
    };
    expect(compatFaults(settings, 'compat')).toEqual([]);
  });

  it.each([
    [[], 'compat', /object with settings by network/],
    [{ evrflow: {} }, 'compat.evrflow', /not a network.*everflow/],
    [{ constructor: {} }, 'compat.constructor', /not a network/],
    [{ tune: null }, 'compat.tune', /object/],
    [{ tune: { event: {} } }, 'compat.tune.event', /not a setting; there are events/],
    [{ tune: { toString: 1 } }, 'compat.tune.toString', /not a setting/],
    [{ tune: { events: { '1': 'Lead' } } }, 'compat.tune.events.1', /event of ours/],
    [{ tune: { events: { '': 'lead' } } }, 'compat.tune.events.', /1 to 128 characters/],
    [{ tune: { events: ['lead'] } }, 'compat.tune.events', /object/],
    [{ keitaro: { statuses: { hold: 'held' } } }, 'compat.keitaro.statuses.hold', /pending, approved/],
    [{ cake: { currency: 'eur' } }, 'compat.cake.currency', /ISO 4217/],
    [{ voluum: { transactionIdScope: 'offer' } }, 'compat.voluum.transactionIdScope', /"order" or "click"/],
    [{ thrivetracker: { parameters: { click: 'x' } } }, 'compat.thrivetracker.parameters.click', /clickId/],
    [{ thrivetracker: { parameters: { clickId: ' ' } } }, 'compat.thrivetracker.parameters.clickId', /name/],
    [{ binom: { alwaysOk: 'yes' } }, 'compat.binom.alwaysOk', /true or false/],
  ])('are refused with the path of the fault: %j', (settings, path, message) => {
    expect(compatFaults(settings, 'compat')).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it('exist for the eight networks of the compat routes', () => {
    expect(compatNetworks.map(({ name }) => name)).toEqual([
      'voluum',
      'cake',
      'everflow',
      'thrivetracker',
      'tune',
      'redtrack',
      'keitaro',
      'binom',
    ]);
  });
});
