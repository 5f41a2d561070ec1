import { Injectable } from '@nestjs/common';
import { createOutbox, type Outbox } from '@tallyback/sdk-node/outbox';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { OUTBOX_TABLES } from './outbox-tables.js';

/** The queue of postbacks to partners, in the tracker's own database. */
@Injectable()
export class PostbackOutbox {
  readonly outbox: Outbox;

  constructor(storage: TrackerStorage) {
    this.outbox = createOutbox(storage.dataSource, OUTBOX_TABLES);
  }
}
