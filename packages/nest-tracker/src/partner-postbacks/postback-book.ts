import type { KeyedPostback, PartnerPostback } from '../catalog/catalog.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { type CompiledPostback, compilePostback } from './compile-postback.js';

/** A postback with its place in the catalog. */
export interface BookedPostback {
  /** Id of the owner, a dot, and its key. Also the name of its destination. */
  readonly name: string;
  readonly owner: 'partner' | 'campaign';
  readonly ownerKey: string;
  /** What its owner's list knows it by. */
  readonly key: string;
  readonly compiled: CompiledPostback;
}

/** What people call a postback, for the audit: `partner/blog/partner-example`. */
export function calledOf({ owner, ownerKey, key }: Pick<BookedPostback, 'owner' | 'ownerKey' | 'key'>): string {
  return `${owner}/${ownerKey}/${key}`;
}

/** All postbacks of a catalog, compiled. */
export class PostbackBook {
  readonly byName = new Map<string, BookedPostback>();
  private readonly byOwner = new Map<string, BookedPostback[]>();

  /**
   * @param cache What was compiled before, by definition; filled by this.
   * @param onFault Told of a stored postback that cannot be used.
   */
  constructor(
    catalog: CatalogSnapshot,
    private readonly cache: Map<string, CompiledPostback>,
    private readonly onFault: (name: string, error: Error) => void,
  ) {
    for (const { id, key, postbacks } of catalog.partnersById.values()) this.book('partner', id, key, postbacks);
    for (const { row } of catalog.campaignsById.values()) {
      if (row.postbacks) this.book('campaign', row.id, row.key, row.postbacks);
    }
  }

  /** The postbacks that tell of a conversion: the campaign's, when it has a list of its own, else the partner's. */
  of(partnerId: string, campaignId: string | null): readonly BookedPostback[] {
    return this.byOwner.get(campaignId ?? '') ?? this.byOwner.get(partnerId) ?? [];
  }

  /** One postback of a partner or campaign, by its owner's key and its own. */
  find(owner: BookedPostback['owner'], ownerKey: string, key: string): BookedPostback | undefined {
    const all = [...this.byName.values()];
    return all.find((one) => one.owner === owner && one.ownerKey === ownerKey && one.key === key);
  }

  private book(owner: BookedPostback['owner'], id: string, ownerKey: string, list: readonly KeyedPostback[]): void {
    const booked = list.flatMap((definition) => {
      const { key } = definition;
      const name = `${id}.${key}`;
      const compiled = this.compiled(name, definition);
      return compiled ? [{ name, owner, ownerKey, key, compiled }] : [];
    });
    this.byOwner.set(id, booked);
    for (const one of booked) this.byName.set(one.name, one);
  }

  private compiled(name: string, definition: PartnerPostback): CompiledPostback | undefined {
    const text = JSON.stringify(definition);
    const known = this.cache.get(text);
    if (known) return known;
    try {
      // Addresses are checked when a postback is saved, and again when connecting.
      const compiled = compilePostback(definition, { allowPrivateAddresses: true });
      this.cache.set(text, compiled);
      return compiled;
    } catch (error) {
      this.onFault(name, error as Error);
      return undefined;
    }
  }
}
