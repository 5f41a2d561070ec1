import type { LineItem } from '../conversion.js';
import { parseDecimal } from '../money.js';
import type { PostbackReader } from './postback-reader.js';

const quantityPattern = /^[1-9]\d{0,5}$/;

/**
 * The positions of CAKE's e-commerce pixel: SKUs, quantities and prices as lists joined with `^`. Lists that do not fit
 * together are kept as metadata: they must not cost the conversion.
 */
export function readCakeItems(reader: PostbackReader): LineItem[] | undefined {
  const names = ['ecsk', 'ecqu', 'ecpr'] as const;
  const parameters = names.map((name) => reader.take([name]));
  const [skus = [], quantities = [], prices = []] = parameters.map((parameter) => parameter?.value.split('^'));
  const items = skus.flatMap((sku, index): LineItem[] => {
    const quantity = quantities[index] ?? '';
    const unitPrice = prices[index] ?? '';
    const whole = sku.trim() !== '' && sku.length <= 128 && quantityPattern.test(quantity);
    if (!whole || unitPrice.startsWith('-') || !parseDecimal(unitPrice)) return [];
    return [{ sku, quantity: Number(quantity), unitPrice }];
  });
  const fit = items.length === skus.length && skus.length === quantities.length && skus.length === prices.length;
  if (fit && items.length > 0 && items.length <= 200) return items;
  for (const parameter of parameters) {
    if (parameter) reader.keep(parameter.name, parameter.value);
  }
  return undefined;
}
