// Whether a purchase counts as green, and why: the join over what a bundle proves.
import { equal } from "./bytes.js";
import { checkKeys, proveCertified } from "./certified.js";
import { refuse } from "./evidence.js";
import { joinPurchase } from "./join.js";
import { nameOf } from "./names.js";
import { encode } from "./protobuf.js";

const noAnswer = (what) =>
  refuse("E-BUNDLE-ANSWER", `It does not answer its question: ${what}.`);

const REASONS = {
  all_certified: "Everything that bears this name and held on the day is certified.",
  all_assessed:
    "Everything that bears this name and held on the day was assessed and not certified.",
  mixed: "Some of what bears this name is certified and some is not.",
  longer_names: "Only products with longer names are in the register.",
  date_not_stated: "The purchase has no date to judge a certification by.",
  date_straddles: "The date is too coarse: it holds days inside and outside the validity.",
  not_valid_on_date: "What bears this name did not hold on the day of the purchase.",
  no_candidate: "Nothing in the register bears this name or number.",
  other_properties: "What bears this name in the register is another product.",
  product_not_stated: "The line states no number and no model of its product.",
  claim_not_found: "The claimed certification is not on the ledger.",
  claim_covers_another_product: "The claimed certification covers another product.",
  claim_cannot_be_compared:
    "The line claims a certification and states no product to compare with it.",
};

// {join, restsOnNames, records}. Throws Fault.
export async function judgePurchase(evidence, { subject }) {
  if (!subject.startsWith("purchase/")) noAnswer(`${subject} is no purchase`);
  const { records, body } = await evidence.history(subject, "PurchaseState");
  if (!equal(encode("PurchaseState", stateAfter(records)), encode("PurchaseState", body))) {
    refuse("E-BUNDLE-HISTORY", `The state says otherwise of ${subject} than its records.`);
  }
  const purchase = records.map(contentOf).filter(Boolean).at(-1);
  if (!purchase) noAnswer(`${subject} has no purchase`);
  checkKeys(records);
  const candidates = [];
  for (const [key, value] of evidence.values) {
    if (value === null || !/^(assessment|cert)\//.test(key)) continue;
    candidates.push({ subject: key, ...(await proveCertified(evidence, key, evidence.head.size)) });
  }
  const { claimed_certification: claimed, product } = purchase;
  if (claimed !== "") evidence.value(claimed);
  else if (product) checkCounts(evidence, product, candidates);
  const join = joinPurchase(purchase, candidates);
  const restsOnNames = claimed === "" && (product?.model ?? "") !== "" && join.match !== "gtin";
  return { join, restsOnNames, records };
}

const contentOf = ({ record }) => record.purchase ?? record.purchase_correction?.purchase;

function stateAfter(records) {
  const state = { content_index: 0n, quantity: "", returned: "" };
  for (const one of records) {
    const content = contentOf(one);
    if (content) Object.assign(state, { content_index: one.index, quantity: content.quantity });
    const returned = one.record.purchase_return;
    if (returned) state.returned = sum(state.returned, returned.quantity);
  }
  return state;
}

// Of decimals with at most six digits behind the point, in their one form.
function sum(a, b) {
  const millionths = (text) => {
    const [whole, fraction = ""] = text.split(".");
    return BigInt(whole + fraction.padEnd(6, "0"));
  };
  if (!/^\d+(\.\d{1,6})?$/.test(b)) return a;
  const digits = String(millionths(a || "0") + millionths(b)).padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, "");
}

// As many are shown as the state counts.
function checkCounts(evidence, product, candidates) {
  const keys = [];
  if (product.gtin !== "") keys.push(`gtin/${product.gtin}`);
  if (product.model !== "") keys.push(`model/${nameOf(product)}`);
  for (const key of keys) {
    const value = evidence.value(key) ?? new Uint8Array(8);
    const counted = value.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
    const shown = candidates.filter(({ state }) => state.counters.includes(key)).length;
    if (value.length !== 8 || counted !== BigInt(shown)) {
      noAnswer(`${counted} certifications and assessments name ${key}, ${shown} are shown`);
    }
  }
}

export function purchaseSentence({ join }, asKnown) {
  const isOpen = join.outcome === "ambiguous" || join.reason === "product_not_stated";
  const not = isOpen ? "Nobody can say whether it is green" : "It does not count as green";
  const parts = [`${join.green ? "It counts as green" : not}: ${join.outcome}, ${asKnown}.`];
  parts.push(REASONS[join.reason]);
  if (join.uncounted !== "none") parts.push(`It is not counted: ${join.uncounted}.`);
  const more = join.named_total - join.named.length;
  const others = more === 0 ? "" : ` and ${more} more`;
  if (join.named.length > 0) parts.push(`This rests on ${join.named.join(", ")}${others}.`);
  return parts.join(" ");
}
