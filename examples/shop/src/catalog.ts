/** Something that the shop sells. */
export interface Product {
  slug: string;
  name: string;
  kind: string;
  cents: number;
  summary: string;
  details: readonly string[];
  /** Empty when there is only one. */
  sizes: readonly string[];
}

const bootSizes = ['36', '37', '38', '39', '40', '41', '42', '43', '44', '45', '46'];
const clothSizes = ['XS', 'S', 'M', 'L', 'XL'];

export const PRODUCTS: readonly Product[] = [
  {
    slug: 'rondane-boot',
    name: 'Rondane trail boot',
    kind: 'Boots',
    cents: 18_900,
    summary: 'Full-grain leather, a sole that grips wet rock, and a last that needs no breaking in.',
    details: [
      'Full-grain leather, waxed by hand',
      'Stitched welt: can be resoled twice',
      '1,180 g the pair in size 42',
    ],
    sizes: bootSizes,
  },
  {
    slug: 'fulu-winter-boot',
    name: 'Fulu winter boot',
    kind: 'Boots',
    cents: 22_900,
    summary: 'Lined with felted wool and high enough for snow that nobody has walked in yet.',
    details: ['Felted wool lining, taken out to dry', 'Warm to −25 °C while you move', 'Fits most snowshoes'],
    sizes: bootSizes,
  },
  {
    slug: 'lyng-socks',
    name: 'Lyng wool socks',
    kind: 'Layers',
    cents: 1_850,
    summary: 'Merino with a terry foot, knitted without a seam at the toe.',
    details: ['78 % merino from one valley', 'No seam at the toe', 'Mended free of charge for five years'],
    sizes: ['36–39', '40–43', '44–47'],
  },
  {
    slug: 'storr-shell',
    name: 'Storr rain shell',
    kind: 'Layers',
    cents: 24_900,
    summary: 'Three quiet layers against sideways rain, with a hood that turns when you do.',
    details: ['20,000 mm water column', 'No fluorocarbons', 'Hood fits over a helmet'],
    sizes: clothSizes,
  },
  {
    slug: 'tarn-daypack',
    name: 'Tarn daypack, 22 litres',
    kind: 'Carry',
    cents: 11_990,
    summary: 'Lunch, a shell, a thermos and a map: one bag, one buckle, nothing that rattles.',
    details: ['Waxed cotton canvas', 'Back panel that lets air through', '720 g empty'],
    sizes: [],
  },
  {
    slug: 'bregne-thermos',
    name: 'Bregne thermos',
    kind: 'Carry',
    cents: 3_495,
    summary: 'Three quarters of a litre that is still hot at the second summit.',
    details: ['Steel inside and out', 'Hot for 18 hours', 'Lid is a cup for two'],
    sizes: [],
  },
];

export function findProduct(slug: string | undefined): Product | undefined {
  return PRODUCTS.find((product) => product.slug === slug);
}

/** Percent off by coupon code. */
const COUPONS: ReadonlyMap<string, number> = new Map([['SPRING', 10]]);

/** The code as it is booked, when there is such a coupon. */
export function findCoupon(text: string): string | undefined {
  const code = text.trim().toUpperCase();
  return COUPONS.has(code) ? code : undefined;
}

/** Cents off for `coupon`, rounded down to the cent. */
export function discount(cents: number, coupon: string | undefined): number {
  const percent = (coupon !== undefined && COUPONS.get(coupon)) || 0;
  return Math.floor((cents * percent) / 100);
}
