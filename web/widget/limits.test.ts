// How long a message may be.

import { expect, it } from "vitest";
import { TEXT_CHARS_MAX, count, lengthOf } from "./limits";

it("counts what people see as the server counts it", () => {
  expect(count("a😀ж")).toBe(3);
  expect(lengthOf("😀".repeat(TEXT_CHARS_MAX))).toEqual({ is: "fits", left: 0 });
});

it("knows nothing, enough and too much", () => {
  expect(lengthOf(" \n\t")).toEqual({ is: "empty" });
  expect(lengthOf("hello")).toEqual({ is: "fits", left: TEXT_CHARS_MAX - 5 });
  expect(lengthOf("x".repeat(100_000))).toEqual({ is: "over", by: 100_000 - TEXT_CHARS_MAX });
});
