#!/usr/bin/env node
// node cli.js FILE --genesis genesis.json: the verdict on a proof, and its exit code.
import { readFileSync } from "node:fs";

import { INVALID, UNDECIDED, verifyBundle } from "./verify.js";

const USAGE = `usage: node cli.js FILE --genesis GENESIS [--json]

Says whether a proof of a Greenledger is VALID, INVALID, or COULD NOT DECIDE; asks no node.
Exit codes: 0 valid, 4 invalid, 9 could not decide, 2 wrong use.
`;

const EXIT_OF = { [INVALID]: 4, [UNDECIDED]: 9 };

function parse(words) {
  const found = { file: "", genesis: "", isJson: false };
  for (let i = 0; i < words.length; ++i) {
    if (words[i] === "--json") found.isJson = true;
    else if (words[i] === "--genesis") found.genesis = words[++i] ?? "";
    else if (words[i].startsWith("-") || found.file !== "") return null;
    else found.file = words[i];
  }
  return found.file === "" || found.genesis === "" ? null : found;
}

const plain = (key, value) => (typeof value === "bigint" ? Number(value) : value);

// Control characters in the text of others do nothing to a terminal.
const printable = (text) => text.replace(/[\p{Cc}\p{Cf}]/gu, "\ufffd");

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
  let result;
  try {
    result = await verifyBundle(readFileSync(asked.file), readFileSync(asked.genesis));
  } catch (error) {
    process.stderr.write(`${asked.file}, ${asked.genesis}: ${error.message}\n`);
    return 2;
  }
  if (asked.isJson) {
    const { head, ...rest } = result;
    const shown = head && { ...head, trust: undefined };
    process.stdout.write(`${JSON.stringify({ ...rest, head: shown }, plain, 2)}\n`);
  } else {
    const lines = [result.verdict, result.question, result.answer].filter((line) => line !== "");
    process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(""));
    if (result.code !== "") process.stdout.write(`${result.code}\n`);
  }
  for (const warning of result.warnings) process.stderr.write(`warning: ${printable(warning)}\n`);
  return EXIT_OF[result.verdict] ?? 0;
}

process.exitCode = await main(process.argv.slice(2));
