import { Entity, Index } from 'typeorm';
import { IdPrimaryColumn, TextColumn } from '../storage/columns.js';

/**
 * A click that a page told of itself, without a redirect. The page may tell it again (reloaded, answer lost), to any
 * process: the unique identity makes it one click.
 */
@Entity('tallyback_direct_clicks')
@Index('tallyback_direct_clicks_identity', ['identity'], { unique: true })
export class DirectClick {
  /** The click's id. */
  @IdPrimaryColumn() id: string;
  /** SHA-256 of the campaign and the page's key, base64url: of one length whatever the page chose. */
  @TextColumn('identity', 43) identity: string;
}
