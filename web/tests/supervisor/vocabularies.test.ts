import { beforeAll, describe, expect, test, vi } from "vitest";
import type { AgentRow } from "../../src/lib/api";
import { names } from "../../src/pages/supervisor/names.svelte";
import { allStatuses, standing, statusesOf, statusWord } from "../../src/pages/supervisor/vocabularies";
import { agent } from "../rows";

const reason = (code: string, en: string, more = {}) => ({
  code,
  names: [{ locale: "en", name: en }],
  class: "away",
  reserved: false,
  active: true,
  ...more,
});

beforeAll(async () => {
  const reasons = [
    reason("daily_standup", "Daily stand-up"),
    reason("kicked_out", "Inactive (kicked out)", { reserved: true }),
    reason("lunch_break", "Lunch break"),
    reason("meeting", "Meeting"),
    reason("no_answer", "No answer", { reserved: true }),
    reason("old", "Old", { active: false }),
    reason("short_break", "Short break"),
    reason("technical_break", "Technical break"),
    reason("training", "Training"),
    reason("unspecified", "Unspecified"),
  ];
  vi.stubGlobal("fetch", (request: Request) =>
    Promise.resolve(Response.json({ data: request.url.includes("reasons") ? reasons : [], position: 1 })),
  );
  await names.read();
  vi.unstubAllGlobals();
});

const offered = (vocabulary: Parameters<typeof allStatuses>[0]) =>
  allStatuses(vocabulary)
    .filter(standing)
    .map((status) => statusWord(vocabulary, status.code));

describe("statuses to choose from", () => {
  test("of the widget are its own, with the reasons that were added", () => {
    expect(offered("widget")).toEqual([
      "Active (doesn't receive threads)",
      "Active",
      "Active (free)",
      "Active (finishing)",
      "Lunch break",
      "Short break",
      "Training",
      "Meeting",
      "Technical break",
      "Daily stand-up",
      "Not ready",
      "Inactive (kicked out)",
      "Offline",
    ]);
  });
  test("of the desk are four", () => {
    expect(offered("desk")).toEqual(["Available", "Busy", "Away", "Offline"]);
  });
  test("of the supervisor are three", () => {
    expect(offered("supervisor")).toEqual(["Available", "Connected (at capacity)", "Absent"]);
  });
  test("of a queue are seven", () => {
    expect(offered("acd")).toEqual([
      "Ready",
      "Queue Call",
      "Other Call",
      "Wrap Up",
      "Not Ready",
      "Offline",
      "Logged Out",
    ]);
  });
});

describe("an agent's status", () => {
  test("is the reason, where the widget says inactive", () => {
    const away = agent("a", { widget: { status: "inactive", reason: "lunch_break" } });
    const code = statusesOf(away, "widget")[0]?.code ?? "";
    expect(statusWord("widget", code)).toBe("Lunch break");
  });
  test("keeps Active and Active (free) apart", () => {
    expect(statusesOf(agent("a", { widget: { status: "active" } }), "widget")[0]?.code).toBe("active");
    expect(statusesOf(agent("a", { widget: { status: "active_free" } }), "widget")[0]?.code).toBe(
      "active_free",
    );
  });
  test("may differ from queue to queue", () => {
    const seat = (queue: string, state: string) => ({ queue, state }) as AgentRow["queues"][number];
    const row = agent("a", { queues: [seat("q_1", "READY"), seat("q_2", "LOGGED_OUT")] });
    expect(statusesOf(row, "acd", "q_2").map((status) => status.code)).toEqual(["LOGGED_OUT"]);
    expect(statusesOf(row, "acd").map((status) => status.code)).toEqual(["READY", "LOGGED_OUT"]);
  });
});
