#!/usr/bin/env node
// node cli.js FILE --genesis genesis.json: the verdict on a proof, and its exit code.
import { readFileSync, writeFileSync } from "node:fs";

import { readTrust, writeTrust } from "./trust_file.js";
import { INVALID, parseVkey, UNDECIDED, VALID, verifyBundle } from "./verify.js";

const USAGE = `usage: node cli.js FILE --genesis GENESIS [OPTION]...

Says whether a proof of a Greenledger is VALID, INVALID, or COULD NOT DECIDE; asks no node.

  --trust FILE         what was verified before (--save-trust, here or of greenledger proof verify)
  --save-trust FILE    keep the head for the next proof here
  --witness VKEY       verifier key of a trusted outside witness; may be given again
  --witnesses-min N    so many of them must have signed
  --max-age HOURS      since the head was signed, at most; by default no limit
  --json               for programs

Exit codes: 0 valid, 4 invalid, 9 could not decide, 2 wrong use.
`;

const EXIT_OF = { [INVALID]: 4, [UNDECIDED]: 9 };
const WORDS = ["--genesis", "--trust", "--save-trust", "--witness", "--witnesses-min", "--max-age"];

// What was asked for, or null.
function parse(words) {
  const asked = { file: "", "--witness": [], isJson: false };
  for (let i = 0; i < words.length; ++i) {
    const word = words[i];
    if (word === "--json") asked.isJson = true;
    else if (word === "--witness") asked[word].push(words[++i] ?? "");
    else if (WORDS.includes(word)) asked[word] = words[++i] ?? "";
    else if (word.startsWith("-") || asked.file !== "") return null;
    else asked.file = word;
  }
  const numbers = [asked["--witnesses-min"], asked["--max-age"]];
  const isWhole = numbers.every((number) => /^\d*$/.test(number ?? ""));
  return isWhole && asked.file !== "" && asked["--genesis"] ? asked : null;
}

function optionsOf(asked) {
  const witnesses = asked["--witness"].map((text) => {
    const vkey = parseVkey(text);
    if (!vkey) throw new Error(`${text} is no verifier key`);
    return vkey;
  });
  const hours = Number(asked["--max-age"] ?? 0);
  const signedSince = hours === 0 ? 0n : BigInt(Math.floor(Date.now() / 1000) - hours * 3600);
  const trust = asked["--trust"] ? readTrust(readFileSync(asked["--trust"], "utf8")) : null;
  return { trust, witnesses, witnessesMin: Number(asked["--witnesses-min"] ?? 0), signedSince };
}

const plain = (key, value) => (typeof value === "bigint" ? Number(value) : value);

// Control characters in the text of others do nothing to a terminal.
const printable = (text) => text.replace(/[\p{Cc}\p{Cf}]/gu, "\ufffd");

function print(result, isJson) {
  if (isJson) {
    const { head, ...rest } = result;
    const shown = head && { ...head, trust: undefined };
    process.stdout.write(`${JSON.stringify({ ...rest, head: shown }, plain, 2)}\n`);
  } else {
    const lines = [result.verdict, result.question, result.answer].filter((line) => line !== "");
    process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(""));
    if (result.code !== "") process.stdout.write(`${result.code}\n`);
  }
  for (const warning of result.warnings) process.stderr.write(`warning: ${printable(warning)}\n`);
}

async function main(words) {
  if (words.length === 1 && words[0] === "--help") {
    process.stdout.write(USAGE);
    return 0;
  }
  const asked = parse(words);
  if (!asked) {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    const files = [asked.file, asked["--genesis"]].map((name) => readFileSync(name));
    const result = await verifyBundle(...files, optionsOf(asked));
    const isKept = result.verdict === VALID && asked["--save-trust"];
    if (isKept) writeFileSync(asked["--save-trust"], writeTrust(result.head.trust));
    print(result, asked.isJson);
    return EXIT_OF[result.verdict] ?? 0;
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
