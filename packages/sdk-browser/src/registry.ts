/** Parameters that ad platforms append to links. Their values are opaque; which platform, see the comments. */
export const adPlatforms: readonly string[] = [
  // Google, DoubleClick, Microsoft, Yahoo, Yandex
  'gclid gbraid wbraid dclid msclkid vmcid yclid ysclid ymclid',
  // Meta, TikTok, X, LinkedIn, Snapchat, Pinterest, Reddit, Quora, Telegram
  'fbclid ttclid twclid li_fat_id ScCid epik rdt_cid qclid tgclid',
  // Outbrain, Taboola, Revcontent, MGID, NewsBreak, Realize, Zemanta, Adsterra
  'ob_click_id obclid OutbrainClickId tblci taboola_click_id rcid mgclid nbclid realize_click_id zemclick adsterra_clid',
  // Nextdoor, Rokt, Naver, Kakao, OpenAI, Kochava, Branch
  'ndclid rtid nclid napm kclid oppref ko_click_id _branch_match_id',
].flatMap((names) => names.split(' '));

/**
 * Click parameters of affiliate networks. Without names that shops use for things of their own (`ref`, `id`, `cid`,
 * `source`, `transaction_id`): those have to be named one by one.
 */
export const networks: readonly string[] = [
  // impact, CJ, Awin, Rakuten, ShareASale, Tradedoubler, Admitad, Partnerize
  'irclickid im_ref cjevent awc ranSiteID siteID sscid tduid admitad_uid clickref',
  // Webgains, AvantLink, Commission Factory, Adtraction, Effinity, Kwanko, Optimise, Paid On Results, Affiliate Future
  'wgu avad cfclick at_gd eff_cpt kwkuniv sskey porc affc',
  // Affiliate Gateway, RetailAds, Uppr, TradeTracker, Moshimo, ValueCommerce, A8.net, GLAMI, Zeydoo, LinkPrice
  'tagrid ra_id upbafr ttrk maf vc_lpp a8 gci ymid lpinfo',
  // Everflow, CAKE, Dub, PartnerStack
  '_ef_transaction_id ckm_request_id dub_id ps_xid',
].flatMap((names) => names.split(' '));
