import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { Problem } from "../src/lib/api";
import { sentence } from "../src/lib/errors";

/** The codes that a file of the server's sources gives to its refusals. */
async function codes(file: string): Promise<string[]> {
  const text = await readFile(`../${file}`, "utf8");
  const body = /fn code\(&self\) -> &'static str \{([\s\S]*?)\n    \}/.exec(text)?.[1] ?? "";
  return [...body.matchAll(/=> "(\w+)"/g)].map((match) => match[1] ?? "");
}

/** What no page brings about: a key that is used twice is the console's own fault. */
const OURS = ["idempotency_key_reused"];

// That every sentence is there in every language is seen in words.test.ts.
test.each(["core/src/refusal.rs", "server/src/directory/error.rs"])(
  "every refusal of %s has a sentence of its own",
  async (file) => {
    const all = (await codes(file)).filter((code) => !OURS.includes(code));
    expect(all.length).toBeGreaterThan(10);
    for (const code of all)
      expect([code, sentence(new Problem(409, code, "the server's"))]).not.toEqual([
        code,
        "It was refused: the server's",
      ]);
  },
);
