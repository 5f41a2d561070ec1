export * from './click-id.js';
export * from './click-token.js';
export * from './conversion.js';
export {
  type ParseOptions,
  parseConversion,
  parseConversionMessage,
  parseConversionUpdate,
  parseMessageBytes,
  serializeMessage,
} from './conversion-message.js';
export type { Fault, FaultReason, Parsed } from './faults.js';
export { createKeyPair, createSecret, KeyError, type KeyErrorCode, type Keys } from './keys.js';
export { looksLikeMacro } from './looks-like-macro.js';
export { CLICK_MACROS, CONVERSION_MACROS } from './macros.js';
export * from './money.js';
export { nearest } from './nearest.js';
export { fittingMetadata } from './networks/fitting-metadata.js';
export * from './networks.js';
export * from './outcome.js';
export { percentEncode } from './percent-encoding.js';
export * from './signature.js';
export * from './signed-url.js';
export { compileBodyTemplate, compileUrlTemplate } from './template.js';
export {
  type MacroDialect,
  type MacroGrammar,
  type TranslatedTemplate,
  translateTemplate,
} from './template-dialect.js';
export { TemplateError, type TemplateFinding, type TemplateFindingCode } from './template-finding.js';
export { type BodyTemplateOptions, lintUrlTemplate, type UrlTemplateOptions } from './template-lint.js';
export type { Template } from './template-segments.js';
export { parseTimestamp } from './timestamp.js';
export { unusableValue } from './unusable-value.js';
export { DEFAULT_TOLERANCE_SECONDS, type VerifyReason, type VerifyResult, WEBHOOK_ID_PATTERN } from './verification.js';
