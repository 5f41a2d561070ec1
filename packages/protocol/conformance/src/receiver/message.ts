import { type Json, without } from '../json.js';
import { fill, type Variables } from '../variables.js';
import type { MessageTemplate, RequestTemplate } from './case.js';

/** A message without fault but for what the template changes. */
export function messageOf(template: MessageTemplate, variables: Variables): Json {
  const type = template.type ?? 'conversion.created';
  const message: Json = {
    type,
    timestamp: '{{now}}',
    data: { ...(type === 'conversion.updated' ? {} : USUAL), transactionId: '{{tx}}', ...template.data },
    ...template.envelope,
  };
  for (const path of template.without ?? []) without(message, path);
  return fill(message, variables);
}

const USUAL = { clickId: '{{clickId}}', revenue: '49.90', currency: 'EUR' };

/** The bytes of a request's body before anything happens to them. */
export function bodyOf(template: RequestTemplate, variables: Variables): Buffer {
  const { text, base64, json, padTo = 0 } = template;
  const whole =
    base64 !== undefined
      ? Buffer.from(base64, 'base64')
      : Buffer.from(
          text !== undefined ? fill(text, variables) : written(contentOf(template, json, variables), template.layout),
        );
  return whole.length < padTo ? Buffer.concat([whole, Buffer.alloc(padTo - whole.length, ' ')]) : whole;
}

function contentOf(template: RequestTemplate, json: unknown, variables: Variables): unknown {
  if (json !== undefined) return fill(json, variables);
  if (template.to !== 'batch') return messageOf(template, variables);
  const { messages = [{}], count } = template;
  if (count === undefined) return { messages: messages.map((one) => messageOf(one, variables)) };
  const [one = {}] = messages;
  const numbered = Array.from({ length: count }, (_, n) => messageOf(one, { ...variables, n: `${n}` }));
  return { messages: numbered };
}

/** `escaped`: every character beyond ASCII as an escape sequence. `spaced`: as people write it. */
function written(value: unknown, layout: RequestTemplate['layout']): string {
  if (layout === 'spaced') return `\n${JSON.stringify(value, undefined, '\t ')}\r\n`;
  const compact = JSON.stringify(value);
  if (layout !== 'escaped') return compact;
  return compact.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
