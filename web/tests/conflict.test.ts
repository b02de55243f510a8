// Two people changed one thing.

import { expect, test } from "vitest";
import { differences, together } from "../src/lib/conflict";

const was = { name: "Billing", priority: "5", ring: "20" };

test("what only they changed is theirs, what only I changed is mine", () => {
  const theirs = { ...was, ring: "30" };
  const mine = { ...was, priority: "7" };
  expect(together(was, theirs, mine)).toEqual({ name: "Billing", priority: "7", ring: "30" });
  expect(differences(was, theirs, mine)).toEqual([
    { field: "ring", was: "20", theirs: "30", mine: "20", clash: false },
  ]);
});

test("what both changed is told as a clash, and mine goes over theirs", () => {
  const theirs = { ...was, ring: "30" };
  const mine = { ...was, ring: "40" };
  expect(differences(was, theirs, mine)[0]?.clash).toBe(true);
  expect(together(was, theirs, mine).ring).toBe("40");
});

test("the same change twice is no clash", () => {
  const both = { ...was, ring: "30" };
  expect(differences(was, both, both)[0]?.clash).toBe(false);
});
