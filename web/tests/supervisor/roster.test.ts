import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AgentRow } from "../../src/lib/api";
import { Rows } from "../../src/lib/live/rows.svelte";
import { Roster, type Wanted } from "../../src/pages/supervisor/roster.svelte";
import { agent } from "../rows";

const wanted = (about: Partial<Wanted> = {}): Wanted => ({
  filters: { text: "" },
  sort: { by: "name", down: false },
  shown: { vocabulary: "floor", queueName: () => undefined },
  limits: {},
  ...about,
});

let rows: Rows<AgentRow>;
let roster: Roster;
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-03-02T10:00:00Z") });
  rows = new Rows<AgentRow>();
  rows.replace([agent("cora"), agent("anna"), agent("bert")]);
  roster = new Roster(rows, () => Date.now());
  roster.want(wanted());
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => {
  vi.advanceTimersByTime(ms);
  roster.look();
};

describe("the order", () => {
  test("is what was wanted, at once", () => {
    expect(roster.ids).toEqual(["anna", "bert", "cora"]);
    roster.want(wanted({ sort: { by: "name", down: true } }));
    expect(roster.ids).toEqual(["cora", "bert", "anna"]);
  });

  test("holds still for three seconds, though rows change", () => {
    rows.put([agent("anna", { name: "zoe" })]);
    later(500);
    expect(roster.ids).toEqual(["anna", "bert", "cora"]);
    later(3_000);
    expect(roster.ids).toEqual(["bert", "cora", "anna"]);
  });

  test("holds still as long as somebody points at a row", () => {
    roster.hold("pointer");
    rows.put([agent("anna", { name: "zoe" }), agent("aron")]);
    later(10_000);
    expect(roster.ids).toEqual(["anna", "bert", "cora"]);
    expect(roster.held).toBe(true);
    roster.release("pointer");
    later(500);
    expect(roster.ids).toEqual(["aron", "bert", "cora", "anna"]);
  });

  test("takes who comes at the end, and lets go who left, until it is made anew", () => {
    rows.put([agent("aron")]);
    rows.drop(["bert"]);
    later(500);
    expect(roster.ids).toEqual(["anna", "cora", "aron"]);
    later(3_000);
    expect(roster.ids).toEqual(["anna", "aron", "cora"]);
  });

  test("follows the time where it depends on it", () => {
    const since = (ms: number) => new Date(Date.now() - ms).toISOString();
    rows.replace([
      agent("anna", { bucket: "wrapup", bucket_since: since(1_000) }),
      agent("bert", { bucket: "ready", bucket_since: since(60_000) }),
    ]);
    roster.want(wanted({ sort: { by: "attention", down: false }, limits: { wrapup: 3_000 } }));
    expect(roster.ids).toEqual(["bert", "anna"]);
    later(4_000);
    expect(roster.ids).toEqual(["anna", "bert"]);
  });
});

describe("the counts", () => {
  test("are of all filters but the one by status", () => {
    rows.put([agent("anna", { bucket: "paused" }), agent("bert", { bucket: "paused" })]);
    roster.want(wanted({ filters: { text: "", status: "ready" } }));
    expect([...roster.counts]).toEqual([
      ["ready", 1],
      ["paused", 2],
    ]);
    expect(roster.ids).toEqual(["cora"]);
    roster.want(wanted({ filters: { text: "ber", status: undefined } }));
    expect([...roster.counts]).toEqual([["paused", 1]]);
    expect(roster.total).toBe(3);
  });

  test("follow the floor while the order is held", () => {
    roster.hold("menu");
    rows.put([agent("anna", { bucket: "incall" })]);
    later(500);
    expect(roster.counts.get("incall")).toBe(1);
  });
});

describe("filters", () => {
  const seat = { queue: "q_1" } as AgentRow["queues"][number];
  test("by queue, skill, team, time and words", () => {
    rows.replace([
      agent("anna", { queues: [seat], bucket_since: new Date(Date.now() - 6 * 60_000).toISOString() }),
      agent("bert", { teams: ["tm_1"], bucket_since: new Date().toISOString() }),
      agent("cora", { skills: [{ skill: "sk_1", name: "Billing", level: 2 }], status: "offline" }),
    ]);
    const listed = (filters: Partial<Wanted["filters"]>) => {
      roster.want(wanted({ filters: { text: "", ...filters } }));
      return roster.ids;
    };
    expect(listed({ queue: "q_1" })).toEqual(["anna"]);
    expect(listed({ team: "tm_1" })).toEqual(["bert"]);
    expect(listed({ skill: "sk_1" })).toEqual(["cora"]);
    expect(listed({ over: 5 })).toEqual(["anna"]);
    expect(listed({ text: "BILL" })).toEqual(["cora"]);
    expect(listed({ text: "an na" })).toEqual(["anna"]);
  });
});
