import { CLICK_MACROS, CONVERSION_MACROS, SENDER_MACROS, type UrlTemplateOptions } from '@tallyback/protocol';

/** Where a template is used decides which macros have a value and what is refused. */
export const TEMPLATE_USES = {
  /** A partner's postback in the tracker. */
  partner: {
    macros: [...CLICK_MACROS, ...CONVERSION_MACROS],
    allowQueryMacros: true,
    requireClickId: true,
    allowHttp: false,
  },
  /** An offer's destination in the tracker; a click id that is not named is appended. */
  landing: { macros: CLICK_MACROS, allowQueryMacros: true },
  /** `template()` in code. */
  sender: { macros: SENDER_MACROS },
} as const satisfies Record<string, UrlTemplateOptions>;

export type TemplateUse = keyof typeof TEMPLATE_USES;

export function isTemplateUse(name: string): name is TemplateUse {
  return Object.hasOwn(TEMPLATE_USES, name);
}
