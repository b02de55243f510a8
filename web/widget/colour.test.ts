// Whatever colour a widget has, it can be read.

import { describe, expect, it } from "vitest";
import { DEFAULT, contrast, palette, parse } from "./colour";

const rgb = (hex: string) => parse(hex) ?? [0, 0, 0];

it("measures contrast as WCAG does", () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
  expect(contrast([118, 118, 118], [255, 255, 255])).toBeCloseTo(4.54, 2);
});

describe("every colour", () => {
  const steps = ["00", "33", "66", "80", "99", "cc", "ff"];
  const all = steps.flatMap((r) => steps.flatMap((g) => steps.map((b) => `#${r}${g}${b}`)));

  it.each([
    ["letters on it", (p: ReturnType<typeof palette>) => contrast(rgb(p.accent), rgb(p.ink))],
    ["as letters on white", (p: ReturnType<typeof palette>) => contrast(rgb(p.onLight), [255, 255, 255])],
    [
      "as letters on a light bubble",
      (p: ReturnType<typeof palette>) => contrast(rgb(p.onLight), [0xee, 0xf1, 0xf6]),
    ],
    [
      "as letters on the dark panel",
      (p: ReturnType<typeof palette>) => contrast(rgb(p.onDark), [0x12, 0x1a, 0x29]),
    ],
    [
      "as letters on a dark bubble",
      (p: ReturnType<typeof palette>) => contrast(rgb(p.onDark), [0x1e, 0x2a, 0x40]),
    ],
  ])("%s has 4.5 : 1", (_, measured) => {
    expect(all.filter((colour) => measured(palette(colour)) < 4.5)).toEqual([]);
  });
});

it("keeps a colour that can be read as it is", () => {
  expect(palette("#3257d6")).toMatchObject({ accent: "#3257d6", ink: "#ffffff", onLight: "#3257d6" });
  expect(palette("#FFDD00").ink).toBe("#000000");
});

it("takes the default for what is no colour", () => {
  for (const wrong of [undefined, null, "", "red", "#12", "#12345g", "url(x)", "#fff;}"])
    expect(palette(wrong).accent).toBe(DEFAULT);
  expect(palette("#abc").accent).toBe("#aabbcc");
});
