import { expect, test } from "vitest";
import { called, readable } from "../src/lib/called";

const MADE_UP = "vi_3199ns5zrbx3x0aq8h5pqnjb3f";

test("a client is called by name, else by an address that a person can read", () => {
  expect(called({ name: "Nils Berg", address: MADE_UP })).toBe("Nils Berg");
  expect(called({ address: "nils@shop.example" })).toBe("nils@shop.example");
  expect(called({ address: MADE_UP })).toBeUndefined();
  expect(called({ name: null })).toBeUndefined();
  expect(called(undefined)).toBeUndefined();
});

test("an address that somebody chose is one", () => {
  expect(readable("vi_olinist@shop.example")).toBe("vi_olinist@shop.example");
  expect(readable(MADE_UP)).toBeUndefined();
});
