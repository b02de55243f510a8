// What a board shows, and how it fits its screen.

import { expect, test } from "vitest";
import type { AgentRow, QueueRow } from "../src/lib/api";
import { alerts, byNeed, counts, inOrder, isLate, sums, waitOf } from "../src/pages/wallboard/floor";
import {
  evenly,
  grid,
  heatGrid,
  measure,
  PAGE_MS,
  pageOf,
  pinnedPage,
  pinnedPages,
  shift,
  turn,
} from "../src/pages/wallboard/layout";
import { shortName } from "../src/pages/wallboard/names";

const NOW = Date.parse("2026-03-02T09:00:00.000Z");
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

function queue(name: string, more: Partial<QueueRow> = {}): QueueRow {
  return { id: `q_${name}`, name, waiting: 0, offered: 0, active: 0, ready: 0, ...more } as QueueRow;
}
function agent(name: string, more: Partial<AgentRow> = {}): AgentRow {
  const usual = { bucket: "ready", status: "available", bucket_since: ago(10), available_in_no_queue: false };
  return { id: `us_${name}`, name, ...usual, ...more } as AgentRow;
}

test("queues stand in the order of need", () => {
  const rows = [
    queue("calm", { ready: 2 }),
    queue("empty"),
    queue("long", { waiting: 1, longest_waiting_since: ago(200) }),
    queue("short", { waiting: 3, longest_waiting_since: ago(20) }),
  ];
  expect(byNeed(rows).map((row) => row.name)).toEqual(["long", "short", "empty", "calm"]);
});

test("a wait is late at its threshold, and worth a sign at half of it", () => {
  const after = (seconds: number) => waitOf(queue("q", { longest_waiting_since: ago(seconds) }), NOW, 120);
  expect([after(59), after(60), after(119), after(120)]).toEqual(["fine", "soon", "soon", "late"]);
  expect(waitOf(queue("q"), NOW, 120)).toBe("none");
});

test("the figures add up what the rows say", () => {
  const queues = [
    queue("a", { waiting: 2, offered: 1, active: 3, longest_waiting_since: ago(5) }),
    queue("b", { waiting: 1, active: 1, longest_waiting_since: ago(50) }),
  ];
  const agents = [
    agent("x"),
    agent("y", { bucket: "offline", status: "offline" }),
    agent("z", { bucket: "idle" }),
  ];
  expect(sums(queues, agents)).toMatchObject({ waiting: 3, ringing: 1, active: 4, ready: 1, loggedIn: 2 });
  expect(sums(queues, agents).longest?.name).toBe("b");
  expect(sums([], []).longest).toBeUndefined();
  expect(counts(agents)).toMatchObject({ ready: 1, idle: 1, offline: 1, ring: 0 });
});

test("tiles stand by bucket, the longest first", () => {
  const rows = [
    agent("ready long", { bucket_since: ago(90) }),
    agent("ready"),
    agent("rings", { bucket: "ring" }),
    agent("off", { bucket: "offline" }),
  ];
  expect(inOrder(rows).map((row) => row.name)).toEqual(["rings", "ready long", "ready", "off"]);
});

test("a break is late after a quarter of an hour, being ready never is", () => {
  expect(isLate(agent("a", { bucket: "paused", bucket_since: ago(900) }), NOW)).toBe(true);
  expect(isLate(agent("a", { bucket: "paused", bucket_since: ago(899) }), NOW)).toBe(false);
  expect(isLate(agent("a", { bucket: "ready", bucket_since: ago(90_000) }), NOW)).toBe(false);
});

test("alerts begin with the worst, and each thing is told once", () => {
  const queues = [
    queue("new", { waiting: 1, longest_waiting_since: ago(5) }),
    queue("old", { waiting: 1, longest_waiting_since: ago(500) }),
  ];
  const agents = [agent("a", { bucket: "unreachable" }), agent("b", { available_in_no_queue: true })];
  const told = alerts(queues, agents, NOW, 120).map((one) => one.kind);
  expect(told).toEqual(["waits", "nobody_ready", "no_device", "no_queue"]);
  expect(alerts([], [], NOW, 120)).toEqual([]);
});

test("one measure fits every screen", () => {
  expect(measure(1920, 1080)).toEqual({ form: "landscape", unit: 1 });
  expect(measure(3840, 2160)).toEqual({ form: "landscape", unit: 2 });
  expect(measure(1280, 720).unit).toBeCloseTo(2 / 3);
  expect(measure(1080, 1920)).toEqual({ form: "portrait", unit: 1 });
  expect(measure(390, 844).form).toBe("flow");
});

test("as many cells as fit, and always one", () => {
  expect(grid(100, 50, { width: 30, height: 20, gap: 5 })).toEqual({ columns: 3, rows: 2 });
  expect(grid(1, 1, { width: 30, height: 20, gap: 5 })).toEqual({ columns: 1, rows: 1 });
});

test("pages take turns by the clock and come round", () => {
  expect(turn(0, 3)).toEqual({ page: 0, pages: 3, nextS: 15 });
  expect(turn(PAGE_MS * 4 + 1000, 3)).toEqual({ page: 1, pages: 3, nextS: 14 });
  expect(turn(PAGE_MS, 0).pages).toBe(1);
  expect(pageOf([1, 2, 3, 4, 5], 2, 2)).toEqual([5]);
  expect(pageOf([], 2, 7)).toEqual([]);
});

test("pages are about equally full", () => {
  expect(evenly(49, 24)).toBe(17);
  expect(evenly(24, 24)).toBe(24);
  expect(evenly(0, 24)).toBe(1);
});

test("what is pinned stands on every page, and every page is full", () => {
  const rows = [1, 2, 3, 4, 5, 6, 7];
  const late = (row: number) => row <= 5;
  expect(pinnedPages(rows, 4, late)).toBe(3);
  expect([0, 1, 2].map((page) => pinnedPage(rows, 4, page, late))).toEqual([
    [1, 2, 3, 4],
    [1, 2, 5, 6],
    [1, 2, 6, 7],
  ]);
  expect(pinnedPage(rows, 9, 5, late)).toEqual(rows);
});

test("the board walks a little, and comes back", () => {
  const minutes = Array.from({ length: 9 }, (_, minute) => shift(minute * 60_000));
  expect(shift(0)).toEqual({ x: 0, y: 0 });
  expect(shift(9 * 60_000)).toEqual(shift(0));
  expect(minutes.every(({ x, y }) => Math.abs(x) <= 6 && Math.abs(y) <= 6)).toBe(true);
  expect(new Set(minutes.map(({ x, y }) => `${x} ${y}`)).size).toBe(9);
});

test("five thousand cells fit, each bucket in rows of its own", () => {
  const groups = [2500, 1200, 800, 300, 200];
  const { size, columns, rows } = heatGrid(groups, 780, 430);
  expect(rows * size).toBeLessThanOrEqual(430);
  expect(columns * size).toBeLessThanOrEqual(780);
  expect(rows).toBe(groups.reduce((sum, count) => sum + Math.ceil(count / columns), 0));
  expect(size).toBeGreaterThan(6);
});

test("names are cut to a word and a letter, in any script", () => {
  expect(shortName("Sofía Vargas")).toBe("Sofía V");
  expect(shortName("Amara")).toBe("Amara");
  expect(shortName("محمد الأمين")).toBe("محمد ا");
  expect(shortName("Ada 👩‍🚀")).toBe("Ada 👩‍🚀");
});
