// The verifier in a real browser: a page of a server on this machine, in headless Chromium. It says
// of every fixture, and of altered twins, what the same modules say in Node, and how long it takes.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import test from "node:test";

import { verifyBundle } from "../../../tools/verify-js/verify.js";
import { closed, flipped, genesis, proof, proofNames, ROOT } from "./support.mjs";

const CHROMIUM = process.env.CHROMIUM ?? "chromium";
const TOLD_MS = 100; // what one bundle may take
const ROUNDS = 10;
const WAIT_MS = 120_000;
const TYPES = { ".js": "text/javascript", ".json": "application/json" };

// A twin of each proof, with one byte in its middle changed and a digest that fits.
const twinOf = (name) => {
  const content = proof(name).slice(0, -32);
  return closed(flipped(content, content.length >> 1));
};
const FILES = new Map(proofNames.flatMap((name) => [
  [name, proof(name)], [`${name}.twin`, twinOf(name)],
]));

// Runs in the page: judges every file, then times the proofs of one's own choice.
const PAGE = `<!doctype html><title>verify</title><script type="module">
import { verifyBundle } from "/tools/verify-js/verify.js";
const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
const told = { verdicts: {}, ms: {}, agent: navigator.userAgent };
try {
  const genesis = await bytes("/genesis");
  for (const name of ${JSON.stringify([...FILES.keys()])}) {
    const file = await bytes("/file/" + name);
    const began = performance.now();
    const { verdict, code, answer, join } = await verifyBundle(file, genesis);
    const times = [performance.now() - began];
    told.verdicts[name] = { verdict, code, answer, join };
    for (let i = 1; i < ${ROUNDS} && !name.endsWith(".twin"); ++i) {
      const again = performance.now();
      await verifyBundle(file, genesis);
      times.push(performance.now() - again);
    }
    told.ms[name] = times;
  }
} catch (error) {
  told.error = String(error?.stack ?? error);
}
await fetch("/told", { method: "POST", body: JSON.stringify(told) });
</script>`;

async function answer(request, response, tell) {
  const { pathname } = new URL(request.url, "http://localhost");
  const send = (type, body) => response.writeHead(200, { "content-type": type }).end(body);
  if (pathname === "/") return send("text/html", PAGE);
  if (pathname === "/genesis") return send("application/octet-stream", genesis);
  if (pathname.startsWith("/file/")) {
    return send("application/octet-stream", FILES.get(pathname.slice("/file/".length)));
  }
  if (pathname === "/told") {
    const parts = [];
    for await (const part of request) parts.push(part);
    response.end();
    return tell(JSON.parse(Buffer.concat(parts).toString()));
  }
  if (!pathname.startsWith("/tools/verify-js/")) return response.writeHead(404).end();
  const type = TYPES[extname(pathname)] ?? "text/plain";
  return send(type, await readFile(join(ROOT, normalize(pathname))));
}

// What the page told.
async function runInBrowser() {
  let tell;
  const told = new Promise((resolve) => (tell = resolve));
  const server = createServer((request, response) => {
    answer(request, response, tell).catch(() => response.writeHead(500).end());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const profile = mkdtempSync(join(tmpdir(), "verify-js-browser-"));
  const words = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", `--user-data-dir=${profile}`,
    `http://127.0.0.1:${server.address().port}/`,
  ];
  const browser = spawn(CHROMIUM, words, { stdio: "ignore", detached: true });
  const failed = new Promise((_, reject) => {
    browser.on("error", reject);
    browser.on("exit", (code) => reject(new Error(`the browser ended with ${code}`)));
    setTimeout(() => reject(new Error("the page told nothing in time")), WAIT_MS).unref();
  });
  try {
    return await Promise.race([told, failed]);
  } finally {
    failed.catch(() => {});
    if (browser.pid) process.kill(-browser.pid, "SIGKILL"); // with those that it started
    server.closeAllConnections?.();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

const isThere = spawnSync(CHROMIUM, ["--version"]).status === 0;
const skip = isThere || process.env.CI ? false : "there is no chromium here (tools/setup)";

test("the verifier in a browser", { skip }, async () => {
  const told = await runInBrowser();
  assert.equal(told.error, undefined);
  assert.deepEqual(Object.keys(told.verdicts), [...FILES.keys()]);
  for (const [name, file] of FILES) {
    const { verdict, code, answer, join } = await verifyBundle(file, genesis);
    assert.deepEqual(told.verdicts[name], { verdict, code, answer, join }, name);
    if (name.endsWith(".twin")) assert.notEqual(verdict, "VALID", name);
  }
  const rows = proofNames.map((name) => {
    const [first, ...times] = told.ms[name];
    times.sort((a, b) => a - b);
    return { name, bytes: FILES.get(name).length, first, median: times[times.length >> 1] };
  });
  console.log(told.agent);
  for (const { name, bytes, first, median } of rows) {
    const ms = (time) => `${time.toFixed(1).padStart(6)} ms`;
    const size = `${String(bytes).padStart(6)} bytes`;
    console.log(`${name.padEnd(32)} ${size} ${ms(first)} first, ${ms(median)} after`);
    assert.ok(median <= TOLD_MS, `${name} takes ${median} ms`);
  }
});
