import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { isNext, verdictWords, whyWords } from "../src/lib/why";

/** The codes that a file of the server's sources names as words of its interface. */
async function codes(file: string): Promise<string[]> {
  const text = await readFile(`../core/src/${file}`, "utf8");
  return [...text.matchAll(/::\w+ => "([a-z]+(?:_[a-z]+)*)"/g)].map((match) => match[1] ?? "");
}

test("every reason of the router has words, of oneself and of others", async () => {
  const all = [...(await codes("eligibility.rs")), ...(await codes("routing/rank.rs"))];
  expect(all.length).toBeGreaterThan(20);
  for (const code of all)
    for (const whom of ["me", "them"] as const)
      expect([code, whyWords(code, "the server's", whom)]).not.toEqual([code, "the server's"]);
});

test("who may take it and stands behind others is not next", () => {
  expect(isNext({ may: true })).toBe(true);
  expect(isNext({ may: true, code: "later_id" })).toBe(false);
  expect(verdictWords({ may: true, words: "" }, "them")).toBe("Would be next");
  expect(verdictWords({ may: true, code: "later_position", words: "" }, "them")).toBe("Others come first");
  expect(verdictWords({ may: false, code: "on_break", words: "" }, "me")).toBe("You are on a break.");
});
