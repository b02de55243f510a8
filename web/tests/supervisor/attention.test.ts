import { describe, expect, test } from "vitest";
import { late, outOfReach, urgency, USUAL } from "../../src/pages/supervisor/attention";
import { agent } from "../rows";

const NOW = Date.parse("2026-03-02T10:00:00Z");
const since = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();
const tier = (row: ReturnType<typeof agent>) => urgency(row, NOW, USUAL).tier;

describe("too long", () => {
  test("is from the limit on", () => {
    expect(late(agent("a", { bucket: "wrapup", bucket_since: since(1.99) }), NOW, USUAL)).toBe(false);
    expect(late(agent("a", { bucket: "wrapup", bucket_since: since(2) }), NOW, USUAL)).toBe(true);
  });
  test("is nobody who is ready or offline", () => {
    for (const bucket of ["ready", "offline"] as const) {
      expect(late(agent("a", { bucket, bucket_since: since(999) }), NOW, USUAL)).toBe(false);
    }
  });
  test("is what was set instead of the usual", () => {
    expect(late(agent("a", { bucket: "paused", bucket_since: since(6) }), NOW, { paused: 300_000 })).toBe(
      true,
    );
  });
});

describe("out of reach", () => {
  test("is who has no device, was kicked out, is ready nowhere, or lost one of several channels", () => {
    expect(outOfReach(agent("a"))).toBe(false);
    expect(outOfReach(agent("a", { bucket: "unreachable" }))).toBe(true);
    expect(outOfReach(agent("a", { widget: { status: "kicked_out" } }))).toBe(true);
    expect(outOfReach(agent("a", { available_in_no_queue: true }))).toBe(true);
    expect(outOfReach(agent("a", { dead_channels: ["voice"] }))).toBe(true);
  });
  test("is nobody who does not want to be reached", () => {
    expect(outOfReach(agent("a", { status: "on_break", bucket: "paused", dead_channels: ["chat"] }))).toBe(
      false,
    );
  });
});

describe("attention", () => {
  test("goes first to the late, then to those out of reach, to those who ring, to the rest, to the offline", () => {
    const rows = [
      agent("late", { bucket: "paused", bucket_since: since(60) }),
      agent("away", { available_in_no_queue: true, bucket_since: since(1) }),
      agent("ring", { bucket: "ring", bucket_since: since(0.1) }),
      agent("ready", { bucket_since: since(30) }),
      agent("offline", { bucket: "offline", bucket_since: since(300) }),
    ];
    expect(rows.map(tier)).toEqual([4, 3, 2, 1, 0]);
  });
  test("among the late, to those who are further over their own limit", () => {
    const wrapup = urgency(agent("a", { bucket: "wrapup", bucket_since: since(10) }), NOW, USUAL);
    const paused = urgency(agent("b", { bucket: "paused", bucket_since: since(40) }), NOW, USUAL);
    expect(wrapup.weight).toBeGreaterThan(paused.weight);
  });
});
