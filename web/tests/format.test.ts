import { describe, expect, test } from "vitest";
import {
  clock,
  day,
  duration,
  isoDuration,
  longDay,
  longDuration,
  ownZone,
  percent,
} from "../src/lib/format";
import { tellIn } from "../src/lib/zone.svelte";

describe("duration", () => {
  test.each([
    [-5_000, "0:00"],
    [7_999, "0:07"],
    [766_000, "12:46"],
    [3_723_000, "1:02:03"],
  ])("%i ms is %s", (ms, told) => expect(duration(ms)).toBe(told));

  test("for machines", () => expect(isoDuration(766_400)).toBe("PT766S"));
  test("without seconds", () => expect(longDuration(26_400_000).replaceAll("\u00a0", " ")).toMatch(/7h 20m/));
});

describe("clocks", () => {
  const summer = Date.parse("2026-06-20T12:32:00Z");
  const winter = Date.parse("2026-11-20T13:32:00Z");

  test("stand in a zone, in summer and in winter", () => {
    expect(clock(summer, "Europe/Oslo")).toBe("14:32");
    expect(clock(winter, "Europe/Oslo")).toBe("14:32");
  });
  test("begin a day with 00", () => expect(clock(Date.parse("2026-06-20T00:05:00Z"), "UTC")).toBe("00:05"));
  test("stand in the account's zone unless another is named", () => {
    expect(ownZone()).toBe(new Intl.DateTimeFormat().resolvedOptions().timeZone);
    tellIn("Asia/Tokyo");
    expect([ownZone(), clock(winter), clock(winter, "UTC")]).toEqual(["Asia/Tokyo", "22:32", "13:32"]);
    expect(day(Date.parse("2026-11-20T15:00:00Z"))).toMatch(/^21 Nov/);
  });
  test("have days that are read from the left", () =>
    expect(longDay(winter, "UTC")).toMatch(/Friday,? 20 November/));
});

test("shares are per cent", () => expect(percent(0.874)).toBe("87%"));
