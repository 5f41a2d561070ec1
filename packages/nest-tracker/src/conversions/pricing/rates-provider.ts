/** Where exchange rates come from; the host supplies it: `forRoot({ rates })`. */
export interface RatesProvider {
  /**
   * Units of `to` for one unit of `from` (major units, so EUR to USD is about "1.08") at a moment, a decimal string above
   * zero with up to 18 decimals, or undefined when there is no such rate. Asked at most once in ten minutes for a pair of
   * currencies and a UTC day; an answer that takes more than ten seconds, or throws, counts as a failure: the message is
   * refused with 503 and comes again.
   *
   * @param at When the conversion happened.
   */
  rate(from: string, to: string, at: Date): Promise<string | undefined> | string | undefined;
}
