// Runs every journey, one file after the other, names those that failed, and counts: the last line is
// `N passed, N failed, N skipped`. With names, only the files that begin so: node browser/run.mjs desk

import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const here = fileURLToPath(new URL(".", import.meta.url));
const asked = process.argv.slice(2);

/** The files of journeys, in the order of their names. */
async function files() {
  const found = (await readdir(here)).filter((file) => file.endsWith(".journey.mjs"));
  const wanted = asked.length ? found.filter((file) => asked.some((name) => file.startsWith(name))) : found;
  return wanted.sort().map((file) => here + file);
}

const count = { passed: 0, failed: 0, skipped: 0 };
const told = run({ files: await files(), concurrency: false, timeout: 600_000 });
// A suite or a file is no check of its own, unless it broke.
const isCheck = (event) => event.details?.type !== "suite" && !event.name.endsWith(".journey.mjs");
told.on("test:pass", (event) => {
  if (isCheck(event)) count[event.skip || event.todo ? "skipped" : "passed"] += 1;
});
const failed = [];
told.on("test:fail", (event) => {
  if (!isCheck(event) && event.details?.error?.failureType === "subtestsFailed") return;
  count.failed += 1;
  const [why] = String(event.details?.error?.cause?.message ?? event.details?.error?.message).split("\n");
  failed.push(`FAILED: ${event.name}: ${why}`);
});
told.compose(new spec()).pipe(process.stdout);
process.on("exit", () => {
  process.exitCode = count.failed ? 1 : 0;
  failed.forEach((line) => console.log(line));
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
});
