/** An option of a network destination cannot work. The message never shows the value, which may be a secret. */
export class NetworkOptionError extends Error {
  override readonly name = 'NetworkOptionError';
  readonly code = 'network_option_invalid';
  /** Whether the network has no such option at all. */
  readonly unknownOption: boolean;

  constructor(
    /** `voluum`, ... */
    readonly network: string,
    /** Path of the option, e.g. `events.lead`. */
    readonly option: string,
    detail: string,
    options?: ErrorOptions & { readonly unknownOption?: boolean },
  ) {
    super(`${network}: ${option} ${detail}`, options);
    this.unknownOption = options?.unknownOption ?? false;
  }
}
