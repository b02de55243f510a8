// What a page in another language is told.

import { beforeEach, expect, it, vi } from "vitest";
import { filled, tongue } from ".";
import { ar } from "./ar";
import { en } from "./en";

beforeEach(() => {
  vi.spyOn(navigator, "languages", "get").mockReturnValue(["fr-FR", "en-GB"]);
});

it("has the same gaps in every language", () => {
  const gaps = (sentence: string) => [...sentence.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const name of Object.keys(en) as (keyof typeof en)[])
    expect([name, gaps(ar[name])]).toEqual([name, gaps(en[name])]);
});

it("speaks the first language it knows", () => {
  expect(tongue("ar-EG", "en")).toMatchObject({ words: ar, dir: "rtl", lang: "ar-EG" });
  expect(tongue(undefined, "en")).toMatchObject({ words: en, dir: "ltr", lang: "en-GB" });
  expect(tongue("xx", "ar")).toMatchObject({ words: ar });
  expect(tongue("", null, "not a tag!")).toMatchObject({ words: en, lang: "en-GB" });
});

it("calls days by their names", () => {
  const { day } = tongue("en");
  const now = new Date(2026, 2, 4, 0, 30).getTime();
  const at = (...date: [number, number, number]) => day(new Date(...date, 23, 59).getTime(), now);
  expect([at(2026, 2, 4), at(2026, 2, 3), at(2026, 2, 1), at(2026, 1, 20), at(2025, 11, 31)]).toEqual([
    "Today",
    "Yesterday",
    "Sunday",
    "20 February",
    "31 December 2025",
  ]);
});

it("fills gaps once, whatever they are filled with", () => {
  expect(filled("{name} writes: {text}", { name: "{text}", text: "hi" })).toBe("{text} writes: hi");
  expect(filled("{n}", {})).toBe("{n}");
});
