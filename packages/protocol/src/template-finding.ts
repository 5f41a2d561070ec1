/** What can be wrong with a template. */
export type TemplateFindingCode =
  | 'unknown_macro'
  | 'unclosed_macro'
  | 'stray_brace'
  | 'macro_in_origin'
  | 'macro_outside_string'
  | 'not_absolute_url'
  | 'scheme_not_allowed'
  | 'credentials_in_url'
  | 'control_character'
  | 'missing_click_id'
  | 'foreign_dialect'
  | 'false_friend'
  | 'unverified_macro'
  | 'invalid_json';

/** One thing wrong (`error`: the template is refused) or suspicious (`warning`) in a template. */
export interface TemplateFinding {
  readonly severity: 'error' | 'warning';
  readonly code: TemplateFindingCode;
  /** What is wrong and what to write instead. */
  readonly message: string;
  /** Where it starts in the source, in UTF-16 code units. */
  readonly index: number;
  readonly length: number;
  /** Text to write instead, e.g. `{clickid}`. */
  readonly suggestion?: string;
}

/** A template that cannot be used, with everything found in it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';

  constructor(readonly findings: readonly TemplateFinding[]) {
    const errors = findings.filter(({ severity }) => severity === 'error');
    super(errors.map(({ index, message }) => `at character ${index}: ${message}`).join('; '));
  }
}
