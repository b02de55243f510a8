import { expect, test } from "vitest";
import { found } from "../src/lib/commands.svelte";

const ALL = [
  { title: "Theme: Dark", group: "Display" },
  { title: "Desk", group: "Go to" },
  { title: "Lunch break", group: "Status", also: "pause away" },
];

test("all words must stand in it, in any order and case", () => {
  expect(found(ALL, "dark THEME").map((one) => one.title)).toEqual(["Theme: Dark"]);
  expect(found(ALL, "pause").map((one) => one.title)).toEqual(["Lunch break"]);
  expect(found(ALL, "nothing")).toEqual([]);
});

test("what begins with it comes first", () => {
  expect(found(ALL, "d").map((one) => one.title)).toEqual(["Desk", "Theme: Dark"]);
});

test("nothing typed is everything", () => {
  expect(found(ALL, " ")).toHaveLength(3);
});
