import { describe, expect, test } from "vitest";
import { stretches, totals } from "../../src/pages/supervisor/card/hour";

const event = (
  ts: number,
  from_status: "ready" | "ring" | "incall",
  to_status: "ready" | "ring" | "incall",
) => ({
  ts,
  from_status,
  to_status,
});

describe("the last hour", () => {
  test("without changes is one stretch", () => {
    expect(stretches([], { bucket: "ready", since: -5 }, 0, 60)).toEqual([
      { bucket: "ready", from: 0, to: 60 },
    ]);
  });
  test("begins with what was before its first change", () => {
    const events = [event(20, "ready", "ring"), event(25, "ring", "incall")];
    expect(stretches(events, { bucket: "incall", since: 25 }, 0, 60)).toEqual([
      { bucket: "ready", from: 0, to: 20 },
      { bucket: "ring", from: 20, to: 25 },
      { bucket: "incall", from: 25, to: 60 },
    ]);
  });
  test("knows the newest change from the row, before the history does", () => {
    expect(stretches([event(20, "ready", "ring")], { bucket: "incall", since: 30 }, 0, 60).at(-1)).toEqual({
      bucket: "incall",
      from: 30,
      to: 60,
    });
  });
  test("leaves out what lies before it, and stretches of no length", () => {
    const events = [event(-10, "ring", "ready"), event(20, "ready", "ring"), event(20, "ring", "ready")];
    expect(stretches(events, { bucket: "ready", since: 20 }, 0, 60)).toEqual([
      { bucket: "ready", from: 0, to: 60 },
    ]);
  });
  test("adds up to itself", () => {
    const sums = totals(stretches([event(20, "ready", "ring")], { bucket: "ring", since: 20 }, 0, 60));
    expect(sums).toEqual([
      { bucket: "ring", ms: 40 },
      { bucket: "ready", ms: 20 },
    ]);
  });
});
