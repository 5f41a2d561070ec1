import { randomBytes } from 'node:crypto';
import { BadRequestException, ConflictException, Injectable, Logger, NotFoundException } from '@nestjs/common';
import { createSecret, createVerifier, KeyError } from '@tallyback/protocol';
import { type EntityManager, IsNull, MoreThan } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import { Clock } from '../storage/clock.js';
import { TrackerStorage } from '../storage/tracker-storage.js';
import { activeSecrets } from './active-secrets.js';
import { Advertiser } from './advertiser.entity.js';
import { AdvertiserSecret } from './advertiser-secret.entity.js';
import type { SecretKind, SecretSource } from './catalog.js';
import { CatalogService } from './catalog.service.js';
import { secretRow } from './seed-secrets.js';

/** Active secrets and keys of one advertiser at the most, and the same for tokens. */
const MAX_ACTIVE = 8;
const DEFAULT_OVERLAP_SECONDS = 86_400;
const MAX_OVERLAP_SECONDS = 30 * 86_400;
const AUDIT_KIND = 'secret';
/** Who acts, where a host calls these methods without saying. */
const ANYBODY = 'admin';

/** A secret as people see it: never the secret itself. */
export interface SecretItem {
  readonly id: string;
  readonly kind: SecretKind;
  /** The last characters. */
  readonly hint: string;
  readonly source: SecretSource;
  readonly createdAt: string;
  /** Until when a token that has been replaced is still accepted. */
  readonly expiresAt: string | null;
}

/** A secret that was made here, shown this one time. */
export interface NewSecret extends SecretItem {
  readonly value?: string;
}

/**
 * Rotation of what advertisers prove themselves by: add the new secret, let the sender change over, remove the old one.
 * This process knows at once, others on the same database within the age of their catalog (half a minute at most).
 */
@Injectable()
export class AdvertiserSecrets {
  private readonly logger = new Logger(AdvertiserSecrets.name);

  constructor(
    private readonly storage: TrackerStorage,
    private readonly catalog: CatalogService,
    private readonly clock: Clock,
    private readonly audit: Audit,
  ) {}

  /** @throws NotFoundException for an unknown advertiser. */
  async list(key: string): Promise<SecretItem[]> {
    const { manager } = this.storage;
    const { id } = await this.advertiser(manager, key);
    return (await this.active(manager, id)).map(itemOf);
  }

  /**
   * Adds a secret or public key; without a value a new secret is made and answered.
   *
   * @throws NotFoundException, BadRequestException for a value that is no key of its kind, ConflictException when the
   *   value is there already or there are too many.
   */
  async add(key: string, kind: 'secret' | 'publicKey', given?: string, actor = ANYBODY): Promise<NewSecret> {
    if (given === undefined && kind === 'publicKey') {
      throw new BadRequestException('"value" is missing: the key pair is made by the sender, who gives its whpk_ key.');
    }
    const value = given ?? createSecret();
    requireKey(kind, value);
    const row = await this.change(key, async (manager, advertiser) => {
      const active = await this.active(manager, advertiser.id);
      const row = secretRow(advertiser.id, kind, value, 'management', this.clock.now());
      const same = active.find(({ fingerprint }) => fingerprint === row.fingerprint);
      if (same) throw new ConflictException(`This ${kind} is active already, with the id ${same.id}.`);
      if (active.filter((other) => other.kind !== 'token').length >= MAX_ACTIVE) {
        throw new ConflictException(`There are ${MAX_ACTIVE} active secrets and keys. Remove one that is not used.`);
      }
      await this.put(manager, row);
      await this.audit.write(manager, {
        actor,
        kind: AUDIT_KIND,
        key,
        action: 'created',
        before: null,
        after: toldOf(row),
      });
      return row;
    });
    this.logger.log(`Advertiser "${key}" has a new ${kind} (${row.id}).`);
    return { ...itemOf(row), ...(given === undefined && { value }) };
  }

  /**
   * Revokes a secret, key or token at once.
   *
   * @throws NotFoundException, ConflictException for the last one by which the advertiser can prove itself in a way it
   *   accepts.
   */
  async remove(key: string, id: string, actor = ANYBODY): Promise<void> {
    await this.change(key, async (manager, advertiser) => {
      const active = await this.active(manager, advertiser.id);
      const row = active.find((other) => other.id === id);
      if (!row) throw new NotFoundException(`Advertiser "${key}" has no active secret with this id.`);
      requireAnother(advertiser, active, row);
      await manager.update(AdvertiserSecret, { id }, { value: null, expiresAt: this.clock.now() });
      await this.audit.write(manager, {
        actor,
        kind: AUDIT_KIND,
        key,
        action: 'removed',
        before: toldOf(row),
        after: null,
      });
    });
    this.logger.log(`A secret of advertiser "${key}" was revoked (${id}).`);
  }

  /**
   * Makes a new static token and answers it, this one time; the ones before it are accepted for a while longer.
   *
   * @param overlapSeconds How long; default one day. 0 ends them at once, for a token that has leaked.
   * @throws NotFoundException, BadRequestException
   */
  async rotateToken(
    key: string,
    overlapSeconds: number = DEFAULT_OVERLAP_SECONDS,
    actor = ANYBODY,
  ): Promise<NewSecret> {
    if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > MAX_OVERLAP_SECONDS) {
      throw new BadRequestException(`"overlapSeconds" must be a whole number from 0 to ${MAX_OVERLAP_SECONDS}.`);
    }
    const value = randomBytes(32).toString('base64url');
    const row = await this.change(key, async (manager, advertiser) => {
      const now = this.clock.now();
      const end = now + overlapSeconds * 1000;
      const where = { advertiserId: advertiser.id, kind: 'token' } as const;
      await manager.update(
        AdvertiserSecret,
        [
          { ...where, expiresAt: IsNull() },
          { ...where, expiresAt: MoreThan(end) },
        ],
        { expiresAt: end },
      );
      const row = secretRow(advertiser.id, 'token', value, 'management', now);
      await manager.insert(AdvertiserSecret, row);
      const after = { ...toldOf(row), overlapSeconds };
      await this.audit.write(manager, { actor, kind: AUDIT_KIND, key, action: 'created', before: null, after });
      return row;
    });
    this.logger.log(`Advertiser "${key}" has a new token (${row.id}).`);
    return { ...itemOf(row), value };
  }

  private async change<T>(
    key: string,
    work: (manager: EntityManager, advertiser: Advertiser) => Promise<T>,
  ): Promise<T> {
    const result = await this.storage.transaction(async (manager) =>
      // Whoever holds the advertiser's row goes first: of two removals at a time one would be of the last secret.
      work(manager, await this.advertiser(manager, key, this.storage.lockForUpdate)),
    );
    await this.catalog.refresh();
    return result;
  }

  private async advertiser(manager: EntityManager, key: string, lock: object = {}): Promise<Advertiser> {
    // PostgreSQL cannot compare with NUL.
    const advertiser = key.includes('\0') ? null : await manager.findOne(Advertiser, { where: { key }, ...lock });
    if (advertiser) return advertiser;
    throw new NotFoundException('There is no advertiser with this key.');
  }

  private active(manager: EntityManager, advertiserId: string): Promise<AdvertiserSecret[]> {
    const where = activeSecrets(this.clock.now()).map((active) => ({ ...active, advertiserId }));
    return manager.find(AdvertiserSecret, { where, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** A value that was revoked before has a row already; whoever adds it again wants it back. */
  private async put(manager: EntityManager, row: AdvertiserSecret): Promise<void> {
    const { advertiserId, fingerprint } = row;
    await manager.delete(AdvertiserSecret, { advertiserId, fingerprint });
    await manager.insert(AdvertiserSecret, row);
  }
}

/** What the audit tells of one: enough to find it in the list. */
function toldOf({ id, kind, hint }: AdvertiserSecret) {
  return { id, kind, hint };
}

function itemOf({ id, kind, hint, source, createdAt, expiresAt }: AdvertiserSecret): SecretItem {
  return {
    id,
    kind,
    hint,
    source,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  };
}

function requireKey(kind: 'secret' | 'publicKey', value: string): void {
  const prefix = kind === 'secret' ? 'whsec_' : 'whpk_';
  if (!value.startsWith(prefix))
    throw new BadRequestException(`"value" must be a ${kind} that starts with "${prefix}".`);
  try {
    createVerifier(value);
  } catch (error) {
    if (error instanceof KeyError) throw new BadRequestException(`"value" cannot be used: ${error.message}`);
    throw error;
  }
}

/** An advertiser must not lose its last way to prove itself by a slip. */
function requireAnother({ key, accept }: Advertiser, active: readonly AdvertiserSecret[], row: AdvertiserSecret): void {
  const isToken = row.kind === 'token';
  if (!accept.includes(isToken ? 'token' : 'signature')) return;
  // A token that is running out is no way to prove oneself tomorrow.
  const others = active.filter(
    (other) => other !== row && (other.kind === 'token') === isToken && other.expiresAt === null,
  );
  if (others.length > 0 || row.expiresAt !== null) return;
  const remedy = isToken
    ? `Make a new one first: POST /v1/advertisers/${key}/token (with "overlapSeconds": 0 it replaces this one at once).`
    : `Add a new one first (POST /v1/advertisers/${key}/secrets), or stop accepting "signature" from this advertiser.`;
  throw new ConflictException(
    `This is the last ${isToken ? 'token' : 'secret or key'} by which advertiser "${key}" can prove itself. ${remedy}`,
  );
}
