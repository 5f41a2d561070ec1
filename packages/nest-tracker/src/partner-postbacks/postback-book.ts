import type { PartnerPostback } from '../catalog/catalog.js';
import type { CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { type CompiledPostback, compilePostback } from './compile-postback.js';

/** A postback with its place in the catalog. */
export interface BookedPostback {
  /** Id of the owner, a dot, and its place in the owner's list. Also the name of its destination. */
  readonly name: string;
  readonly owner: 'partner' | 'campaign';
  readonly ownerKey: string;
  readonly index: number;
  readonly compiled: CompiledPostback;
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

  /** One postback of a partner or campaign, by its key and place. */
  find(owner: BookedPostback['owner'], key: string, index: number): BookedPostback | undefined {
    return [...this.byName.values()].find((one) => one.owner === owner && one.ownerKey === key && one.index === index);
  }

  private book(owner: BookedPostback['owner'], id: string, key: string, list: readonly PartnerPostback[]): void {
    const booked = list.flatMap((definition, index) => {
      const compiled = this.compiled(`${id}.${index}`, definition);
      return compiled ? [{ name: `${id}.${index}`, owner, ownerKey: key, index, compiled }] : [];
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
