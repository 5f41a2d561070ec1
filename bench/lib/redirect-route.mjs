import { Controller, Get, Param, Query, Redirect, Req } from '@nestjs/common';

/** What decorators would say of a controller whose `visit(key, query, request)` answers `GET /c/:campaign` with a redirect. */
export function redirectRoute(controller) {
  const { prototype } = controller;
  const method = Object.getOwnPropertyDescriptor(prototype, 'visit');
  Controller('c')(controller);
  Get(':campaign')(prototype, 'visit', method);
  Redirect()(prototype, 'visit', method);
  Param('campaign')(prototype, 'visit', 0);
  Query()(prototype, 'visit', 1);
  Req()(prototype, 'visit', 2);
}
