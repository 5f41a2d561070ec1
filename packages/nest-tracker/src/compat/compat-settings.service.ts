import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { CatalogAdvertiser, CatalogSnapshot } from '../catalog/catalog-snapshot.js';
import { TRACKER_OPTIONS, type TrackerOptions } from '../tracker.options.js';
import type { CompatNetwork } from './compat-networks.js';
import { type CompatNetworkSettings, compatFaults } from './compat-settings.js';

/** What is configured for the postbacks of a network: by the advertiser, else by the module. */
@Injectable()
export class CompatSettingsService implements OnModuleInit {
  constructor(@Inject(TRACKER_OPTIONS) private readonly options: TrackerOptions) {}

  onModuleInit(): void {
    const faults = this.options.compat === undefined ? [] : compatFaults(this.options.compat, 'compat');
    if (faults.length === 0) return;
    throw new Error(`TrackerModule: ${faults.map(({ path, message }) => `${path} ${message}`).join('; ')}.`);
  }

  /** The settings of a network's postbacks, those of the advertiser before the module's own. */
  of({ name }: CompatNetwork, advertiser: CatalogAdvertiser | undefined): CompatNetworkSettings {
    return { ...this.options.compat?.[name], ...advertiser?.row.compat[name] };
  }

  /** The names that a network's click ids may come under: the network's own, and what anybody has configured. */
  clickIdNames(network: CompatNetwork, { advertisersByKey }: CatalogSnapshot): string[] {
    const configured = [undefined, ...advertisersByKey.values()].map(
      (advertiser) => this.of(network, advertiser).parameters?.clickId,
    );
    return [...new Set([...configured.filter((name) => name !== undefined), ...network.receive.parameters.clickId])];
  }

  /**
   * The status that a network is to see whatever was decided; undefined: the outcome's own. Where the advertiser is not known,
   * nobody can tell whose postback was refused: then it suffices that anybody wants 200 always.
   */
  statusOf(
    network: CompatNetwork,
    { advertisersByKey }: CatalogSnapshot,
    advertiser: CatalogAdvertiser | undefined,
  ): number | undefined {
    const concerned = advertiser ? [advertiser] : [undefined, ...advertisersByKey.values()];
    return concerned.some((one) => this.of(network, one).alwaysOk) ? 200 : undefined;
  }
}
