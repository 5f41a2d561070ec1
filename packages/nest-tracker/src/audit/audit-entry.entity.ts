import { Entity, Index } from 'typeorm';
import { IdPrimaryColumn, JsonColumn, TextColumn, TimeColumn } from '../storage/columns.js';

/** What was done to something. */
export type AuditAction =
  | 'created'
  | 'updated'
  | 'archived'
  | 'restored'
  | 'removed'
  | 'paused'
  | 'resumed'
  | 'backfilled'
  | 'replayed'
  | 'erased'
  | 'rebuilt';

/** What changed, by field: what it was and what it is; null where there was or is nothing. */
export type AuditChanges = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

/** One change that somebody made by a management route; never changed itself. */
@Entity('tallyback_audit')
@Index('tallyback_audit_subject', ['kind', 'key', 'id'])
export class AuditEntry {
  @IdPrimaryColumn() id: string;
  @TimeColumn('at') at: number;
  /** `admin`, or what the host's guard or the API key says. */
  @TextColumn('actor', 96) actor: string;
  @TextColumn('action', 16) action: AuditAction;
  /** What kind of thing: `offer`, `campaign`, … */
  @TextColumn('kind', 16) kind: string;
  /** Key of the thing; `*` for many at once. */
  @TextColumn('key', 128) key: string;
  @JsonColumn('changes') changes: AuditChanges;
}
