import { taboola } from '../../../src/destinations.js';
import { type Platform } from './platform.js';

export const taboolaExample: Platform = {
  make: (options) => taboola({ ...options, events: { purchase: 'Make_Purchase' } }),
  clickIds: { tblci: 'GiDxLZ-cQ#tblci' },
  method: 'GET',
  path: '/actions-handler/log/3/s2s-action?click-id=GiDxLZ-cQ%23tblci&name=Make_Purchase&revenue=49.90&currency=EUR&orderid=A-1001&quantity=3',
  headers: {},
  yes: [204, ''],
  no: [[400, '', 'HTTP 400']],
  again: [
    [200, '<html>'],
    [503, ''],
  ],
};
