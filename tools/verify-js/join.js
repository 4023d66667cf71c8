// The join: what certifications and assessments say of the product of a purchase on its day. First
// the certification that the line claims, else those of its GTIN, of its name, of longer names; the
// first that leaves any decides.
import { compareTexts } from "./bytes.js";
import { standingOn } from "./certified.js";
import { checkDates, dayAfter, firstDay, lastDay } from "./dates.js";
import { matches, nameOf, normalise } from "./names.js";
import { ENUMS } from "./schema.js";

const TYPE_I = ENUMS.IsoType.indexOf("TYPE_I");
const NAMED_MAX = 8;
const FLAGS = [
  "claim_failed", "valid_to_not_stated", "valid_from_not_stated", "gtin_differs", "wildcard",
  "properties_excluded",
];

// ---- how a candidate meets the line ----

// Both state a property of one name, and no value in common.
function contradicts(ours, theirs) {
  return ours.attributes.some(({ name, value }) => {
    const same = theirs.attributes.filter((one) => one.name === name);
    return same.length > 0 && !same.some((one) => normalise(one.value) === normalise(value));
  });
}

function meetProduct(wanted, product) {
  const meeting = { match: "none", isExcluded: false, isWildcard: false, gtinDiffers: false };
  const bothGtins = wanted.gtin !== "" && product.gtin !== "";
  const [asked, name] = [nameOf(wanted), nameOf(product)];
  if (bothGtins && wanted.gtin === product.gtin) {
    meeting.match = "gtin";
  } else if (asked !== "" && name !== "") {
    if (matches(name, asked)) meeting.match = "name";
    else if (name.startsWith(`${asked} `)) meeting.match = "longer_name";
    meeting.isWildcard = meeting.match === "name" && name !== asked;
    meeting.gtinDiffers = bothGtins && meeting.match === "name";
  }
  meeting.isExcluded = meeting.match !== "none" && contradicts(wanted, product);
  return meeting;
}

const STRENGTH = { none: 0, longer_name: 1, name: 2, gtin: 3 };
const rankOf = ({ match, isExcluded }) =>
  STRENGTH[match] + (match === "none" || isExcluded ? 0 : 3);

// By its best product, the first of equals.
function meet(wanted, products) {
  return products
    .map((product) => meetProduct(wanted, product))
    .reduce((best, one) => (rankOf(one) > rankOf(best) ? one : best), { match: "none" });
}

// "holds", "may_hold" or "does_not_hold" on the days that a date means.
function validityOn(date, state) {
  if (date === "") return "may_hold";
  const { valid_from: from, valid_to: to, changes } = state;
  checkDates(from, to, ...changes.map((change) => change.effective_from));
  const turns = changes.map((change) => firstDay(change.effective_from));
  if (from !== "") turns.push(firstDay(from));
  if (to !== "") turns.push(dayAfter(lastDay(to)));
  const [first, last] = [firstDay(date), lastDay(date)];
  const days = [first, ...turns.filter((day) => first < day && day <= last)];
  const active = days.filter((day) => standingOn(day, state) === "active").length;
  if (active === 0) return "does_not_hold";
  return active === days.length ? "holds" : "may_hold";
}

// ---- the decision ----

// purchase: a Purchase; candidates: [{subject, state, products, scheme}].
// -> {outcome, match, reason, green, uncounted, flags, named, named_total}
export function joinPurchase(purchase, candidates) {
  checkDates(purchase.date);
  const join = { outcome: "", match: "none", reason: "", uncounted: "none", flags: new Set() };
  Object.assign(join, { named: [], named_total: 0 });
  const judged = candidates.map((candidate) => ({
    ...candidate,
    ...meet(purchase.product ?? EMPTY, candidate.products),
    validity: validityOn(purchase.date, candidate.state),
  }));
  if (purchase.claimed_certification === "") byProduct(join, purchase, judged);
  else byClaim(join, purchase, judged);
  if (join.outcome !== "certified") join.uncounted = "none";
  const green = join.outcome === "certified" && join.uncounted === "none";
  return { ...join, green, flags: FLAGS.filter((flag) => join.flags.has(flag)) };
}

const EMPTY = { gtin: "", brand: "", model: "", attributes: [] };
const isNameless = ({ product }) => !product || (product.gtin === "" && product.model === "");

const settle = (join, outcome, reason) => Object.assign(join, { outcome, reason });

function byClaim(join, purchase, judged) {
  join.match = "claim";
  const claimed = judged.find(({ subject }) => subject === purchase.claimed_certification);
  if (!claimed) {
    settle(join, "not_in_register", "claim_not_found");
  } else if (isNameless(purchase)) {
    nameAll(join, [claimed]);
    settle(join, "ambiguous", "claim_cannot_be_compared");
  } else if (claimed.isExcluded || !["gtin", "name"].includes(claimed.match)) {
    nameAll(join, [claimed]);
    settle(join, "not_in_register", "claim_covers_another_product");
  } else {
    decide(join, purchase, [claimed]);
  }
  if (join.outcome !== "certified") join.flags.add("claim_failed");
}

function byProduct(join, purchase, judged) {
  for (const match of ["gtin", "name", "longer_name"]) {
    const found = judged.filter((one) => one.match === match);
    const met = found.filter((one) => !one.isExcluded);
    if (met.length < found.length) join.flags.add("properties_excluded");
    if (met.length === 0) continue;
    join.match = match;
    decide(join, purchase, met);
    return;
  }
  const other = join.flags.has("properties_excluded") ? "other_properties" : "no_candidate";
  settle(join, "not_in_register", isNameless(purchase) ? "product_not_stated" : other);
}

// What candidates that all match in the same way say together.
function decide(join, { date }, met) {
  const holding = met.filter(({ validity }) => validity !== "does_not_hold");
  if (holding.length === 0) {
    nameAll(join, met);
    settle(join, "out_of_validity", "not_valid_on_date");
    return;
  }
  nameAll(join, holding);
  const assessed = holding.filter(({ state }) => state.assessment).length;
  if (date === "") settle(join, "ambiguous", "date_not_stated");
  else if (join.match === "longer_name") settle(join, "ambiguous", "longer_names");
  else if (assessed > 0 && assessed < holding.length) settle(join, "ambiguous", "mixed");
  else if (!holding.some(({ validity }) => validity === "holds")) {
    settle(join, "ambiguous", "date_straddles");
  } else if (assessed > 0) settle(join, "not_certified", "all_assessed");
  else {
    settle(join, "certified", "all_certified");
    join.uncounted = uncountedOf(holding);
  }
}

// Why none of these labels counts; "none": one does.
function uncountedOf(holding) {
  const recognised = holding.filter(
    ({ validity, scheme }) => validity === "holds" && scheme && scheme.recognised_by !== "",
  );
  if (recognised.length === 0) return "scheme_not_recognised";
  const isCounted = recognised.some(({ scheme }) => scheme.iso_type === TYPE_I);
  return isCounted ? "none" : "iso_type_not_in_policy";
}

function nameAll(join, deciding) {
  const subjects = [...new Set(deciding.map(({ subject }) => subject))].sort(compareTexts);
  for (const { state, isWildcard, gtinDiffers } of deciding) {
    if (state.valid_to === "") join.flags.add("valid_to_not_stated");
    if (state.valid_from === "") join.flags.add("valid_from_not_stated");
    if (isWildcard) join.flags.add("wildcard");
    if (gtinDiffers) join.flags.add("gtin_differs");
  }
  join.named = subjects.slice(0, NAMED_MAX);
  join.named_total = subjects.length;
}
