// Names of products as they are compared, and the keys of the state under which they are counted.
import { compareTexts } from "./bytes.js";

const SPACES = /[\u0009-\u000d \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

// ASCII letters in upper case, each run of white space one space, none at the ends.
export const normalise = (text) =>
  text.replace(SPACES, " ").replace(/^ | $/g, "").replace(/[a-z]/g, (c) => c.toUpperCase());

export const nameOf = ({ brand, model }) => (model === "" ? "" : normalise(`${brand} ${model}`));

// The keys of the state under which products are counted, ascending, each once.
export function productKeys(products) {
  const keys = products.flatMap((product) => [
    ...(product.gtin === "" ? [] : [`gtin/${product.gtin}`]),
    ...(product.model === "" ? [] : [`model/${nameOf(product)}`]),
  ]);
  return [...new Set(keys)].sort(compareTexts);
}

// "*" in the pattern stands for any one character.
export function matches(pattern, name) {
  const [these, those] = [[...pattern], [...name]];
  return these.length === those.length && these.every((c, i) => c === "*" || c === those[i]);
}
