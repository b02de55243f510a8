import { beforeEach, expect, test, vi } from "vitest";
import { flushSync } from "svelte";
import type { MessageRow } from "../src/lib/api";
import { Problem } from "../src/lib/api";
import { merged } from "../src/lib/live/thread.svelte";
import { turnsOf } from "../src/pages/desk/queues/seating.svelte";
import type { Segment } from "../src/pages/desk/segments";
import { draftOf, keepDraft, sweepDrafts } from "../src/pages/desk/thread/drafts";
import { items } from "../src/pages/desk/thread/items";
import { LONGEST, signs } from "../src/pages/desk/thread/length";
import {
  Outbox,
  sweepOutboxes,
  unsentOf,
  unsettled,
  type Unsent,
} from "../src/pages/desk/thread/outbox.svelte";
import { unread, waitingSince } from "../src/pages/desk/thread/reading";
import { DRAWN_MAX, earlier, grown, lastPart, later } from "../src/pages/desk/thread/window";
import { Targets, targetsOf } from "../src/pages/desk/transfer/targets.svelte";

beforeEach(() => localStorage.clear());

const NOON = Date.parse("2026-03-02T12:00:00.000Z");

function said(
  position: number,
  author: MessageRow["author"],
  text = `m${position}`,
  at = NOON + position * 1000,
) {
  return {
    position,
    conversation: "cv_1",
    ts: new Date(at).toISOString(),
    author,
    agent: null,
    text,
  } as MessageRow;
}

test("a client waits since its first word after the last answer", () => {
  expect(waitingSince([])).toBeUndefined();
  expect(waitingSince([said(1, "client"), said(2, "agent")])).toBeUndefined();
  const thread = [said(1, "client"), said(2, "agent"), said(3, "client"), said(4, "client")];
  expect(waitingSince(thread)).toBe(thread[2]?.ts);
  expect(waitingSince([said(1, "client"), said(2, "note")])).toBe(said(1, "client").ts);
});

test("what lies behind the place up to which one read is new, if a client said it", () => {
  const thread = [said(1, "client"), said(5, "client"), said(6, "agent"), said(9, "client")];
  expect(unread(thread, 1)).toBe(2);
  expect(unread(thread, 9)).toBe(0);
});

test("messages are kept in order and once, whatever comes when", () => {
  const [one, two, three] = [said(1, "client"), said(2, "client"), said(3, "client")];
  expect(merged([one], [two, three])).toEqual([one, two, three]);
  expect(merged([two, three], [one, two])).toEqual([one, two, three]);
});

test("a draft outlives the page, belongs to one person, and is not kept for ever", () => {
  keepDraft("us_1", "cv_1", "Dear", 1_000);
  expect(draftOf("us_1", "cv_1")).toBe("Dear");
  expect(draftOf("us_2", "cv_1")).toBe("");
  sweepDrafts(1_000);
  expect(draftOf("us_1", "cv_1")).toBe("Dear");
  sweepDrafts(1_000 + 4 * 86_400_000);
  expect(draftOf("us_1", "cv_1")).toBe("");
  keepDraft("us_1", "cv_1", "");
  expect(localStorage.length).toBe(0);
});

test("a long text is counted by its signs, as the server counts it", () => {
  expect(signs("é")).toBe(1);
  expect(signs("😀".repeat(LONGEST))).toBe(LONGEST);
});

const unsent = (text: string, after: number, state: Unsent["state"] = { is: "sending" }): Unsent => ({
  key: text,
  text,
  at: NOON,
  after,
  state,
});

test("a row takes the place of what was sent, one for each", () => {
  const sent = [unsent("ok", 3), unsent("ok", 3)];
  expect(unsettled(sent, [said(3, "agent", "ok")])).toHaveLength(2);
  expect(unsettled(sent, [said(3, "client"), said(4, "agent", "ok")])).toHaveLength(1);
  expect(unsettled(sent, [said(4, "agent", "ok"), said(5, "agent", "ok")])).toHaveLength(0);
  expect(unsettled(sent, [said(4, "client", "ok")])).toHaveLength(2);
});

test("what the server has and shows otherwise is no longer on its way", () => {
  const sent = [unsent("ok ", 3, { is: "sent", position: 7 })];
  expect(unsettled(sent, [said(6, "client")])).toHaveLength(1);
  expect(unsettled(sent, [said(7, "agent", "ok")])).toHaveLength(0);
});

test("messages go one after the other; one that fails holds those behind it, and all go again with their keys", async () => {
  const tried: string[] = [];
  let up = false;
  const outbox = new Outbox("us_1", "cv_1", async (_, { key, text }) => {
    tried.push(`${text} ${key}`);
    if (!up) throw new Problem(409, "not_active", "");
    return 1;
  });
  outbox.say("first", 0, NOON);
  outbox.say("second", 0, NOON);
  await vi.waitFor(() =>
    expect(outbox.beside([]).map(({ state }) => state.is)).toEqual(["failed", "failed"]),
  );
  expect(tried).toHaveLength(1);
  up = true;
  outbox.retry();
  await vi.waitFor(() => expect(outbox.beside([]).map(({ state }) => state.is)).toEqual(["sent", "sent"]));
  expect(tried).toHaveLength(3);
  expect(tried[1]).toBe(tried[0]);
  outbox.settle([said(1, "agent", "first"), said(2, "agent", "second")]);
  flushSync();
  expect(localStorage.length).toBe(0);
});

test("what was on its way when the page was left goes on with its key", async () => {
  const never = new Outbox("us_1", "cv_1", () => new Promise<number>(() => {}));
  never.say("hello", 0, NOON);
  const keys = never.beside([]).map(({ key }) => key);
  const tried: string[] = [];
  const again = new Outbox("us_1", "cv_1", async (_, { key }) => {
    tried.push(key);
    return 5;
  });
  again.resume(true, NOON + 1000);
  await vi.waitFor(() => expect(tried).toEqual(keys));
  expect(again.take(keys[0] ?? "")).toBe("hello");
  expect(again.beside([])).toEqual([]);
});

test("what one wrote is nobody else's to send, and nothing old or over is sent behind anybody's back", async () => {
  const never = new Outbox("us_1", "cv_1", () => new Promise<number>(() => {}));
  never.say("mine", 0, NOON);
  const send = vi.fn(async () => 5);
  const theirs = new Outbox("us_2", "cv_1", send);
  theirs.resume(true, NOON);
  expect(theirs.beside([])).toEqual([]);
  for (const [takes, now] of [
    [true, NOON + 25 * 3_600_000],
    [false, NOON],
  ] as const) {
    const later = new Outbox("us_1", "cv_1", send);
    later.resume(takes, now);
    expect(later.beside([]).map(({ state }) => state.is)).toEqual(["failed"]);
  }
  await Promise.resolve();
  expect(send).not.toHaveBeenCalled();
  expect(unsentOf("us_1")).toEqual(["cv_1"]);
  expect(unsentOf("us_2")).toEqual([]);
  localStorage.setItem("readyroom.outbox.cv_9", "[]");
  sweepOutboxes(NOON);
  expect(unsentOf("us_1")).toEqual(["cv_1"]);
  sweepOutboxes(NOON + 4 * 86_400_000);
  expect(localStorage.length).toBe(0);
});

test("what may have arrived goes with its own key when it is sent as it was, and with another when it was changed", async () => {
  const keys: string[] = [];
  const outbox = new Outbox("us_1", "cv_1", async (_, { key }) => {
    keys.push(key);
    throw new Problem(0, "unreachable", "");
  });
  const failed = () =>
    vi.waitFor(() => expect(outbox.beside([]).map(({ state }) => state.is)).toEqual(["failed"]));
  outbox.say("hello", 3, NOON);
  await failed();
  expect(outbox.take(keys[0] ?? "")).toBe("hello");
  expect(outbox.beside([])).toEqual([]);
  outbox.say("hello", 9, NOON + 1000);
  await failed();
  expect(keys[1]).toBe(keys[0]);
  outbox.take(keys[0] ?? "");
  outbox.say("hello there", 9, NOON + 2000);
  await failed();
  expect(keys[2]).not.toBe(keys[0]);
  // The first one had arrived after all.
  outbox.settle([said(4, "agent", "hello")]);
  outbox.take(keys[2] ?? "");
  outbox.say("hello", 9, NOON + 3000);
  await failed();
  expect(keys[3]).not.toBe(keys[0]);
});

const segment = (seq: number, phase: string, outcome: string, end: number): Segment => ({
  seq,
  phase,
  outcome,
  end,
  start: end - 1000,
  conversation_id: "cv_1",
  client_id: "cl_1",
  queue_id: "qu_1",
  user_id: "us_1",
  channel: "chat",
});

test("a thread has its days, what happened between the messages, and what is on its way last", () => {
  const day = 86_400_000;
  const list = items({
    messages: [
      said(1, "client", "hi", NOON),
      said(2, "agent", "hello", NOON + 2000),
      said(3, "client", "so", NOON + day),
    ],
    segments: [
      segment(1, "waiting", "offered", NOON + 500),
      segment(2, "ringing", "accepted", NOON + 1000),
      segment(3, "talking", "ended", NOON + day),
    ],
    arrived: { at: NOON, queue: "qu_1" },
    unsent: [unsent("bye", 3)].map((one) => ({ ...one, at: NOON + day + 5000 })),
  });
  const shape = list.map((item) =>
    item.kind === "line" ? item.what : item.kind === "message" ? item.message.text : item.kind,
  );
  expect(shape).toEqual(["day", "arrived", "hi", "taken", "hello", "day", "so", "ended", "unsent"]);
  expect(new Set(list.map(({ key }) => key)).size).toBe(list.length);
});

test("those who speak on are one run, which has its time at its end", () => {
  const list = items({
    messages: [said(1, "client"), said(2, "client"), said(3, "agent"), said(900, "agent")],
  });
  const runs = list.flatMap((item) => (item.kind === "message" ? [[item.opens, item.closes]] : []));
  expect(runs).toEqual([
    [true, false],
    [false, true],
    [true, true],
    [true, true],
  ]);
});

test("ten thousand messages are put together within a few pictures", () => {
  const messages = Array.from({ length: 10_000 }, (_, place) => said(place, place % 3 ? "client" : "agent"));
  const begun = performance.now();
  expect(items({ messages }).length).toBeGreaterThan(10_000);
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test("a window on a list moves both ways and never grows too large", () => {
  let part = lastPart(10_000);
  expect(part.to).toBe(10_000);
  for (let turn = 0; turn < 200; turn++) {
    part = earlier(part);
    expect(part.to - part.from).toBeLessThanOrEqual(DRAWN_MAX);
  }
  expect(part.from).toBe(0);
  for (let turn = 0; turn < 200; turn++) part = later(part, 10_000);
  expect(part.to).toBe(10_000);
});

test("who reads the end sees what comes, who reads elsewhere is left there", () => {
  expect(grown({ from: 0, to: 5 }, 5, 6)).toEqual({ from: 0, to: 6 });
  expect(grown({ from: 0, to: 160 }, 900, 901)).toEqual({ from: 0, to: 160 });
  const long = grown({ from: 0, to: 160 }, 160, 161);
  expect(long.to).toBe(161);
  expect(long.to - long.from).toBeLessThanOrEqual(DRAWN_MAX);
});

test("a seat offers what its row allows, and no more", () => {
  const seat = (logged_in: boolean, ready: boolean, self: Parameters<typeof turnsOf>[0]["allowed"]["self"]) =>
    turnsOf({ logged_in, ready, allowed: { self, supervisor: [] } }).map(({ to, is, deed }) => [
      to,
      is,
      deed,
    ]);
  expect(seat(false, false, ["queue_log_in", "queue_ready", "queue_not_ready"])).toEqual([
    ["out", true, undefined],
    ["not_ready", false, "not_ready"],
    ["ready", false, "ready"],
  ]);
  expect(seat(true, true, [])).toEqual([
    ["out", false, undefined],
    ["not_ready", false, undefined],
    ["ready", true, undefined],
  ]);
});

test("agents and queues are one list that arrows walk through", () => {
  const agents = [{ id: "us_1", name: "Nora", bucket: "ready" as const, can: true }];
  const queues = [
    {
      id: "qu_1",
      name: "Sales",
      number: null,
      waiting: 2,
      ready: 1,
      can: false,
      code: "queue_full",
      why: "Full.",
    },
  ];
  expect(targetsOf({ agents, queues }).map(({ kind, can, code }) => [kind, can, code])).toEqual([
    ["agent", true, undefined],
    ["queue", false, "queue_full"],
  ]);
});

test("a list of targets answers the word it was asked for, and no other", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ agents: [], queues: [] })));
  const targets = new Targets("cv_1");
  expect(targets.answers("")).toBe(false);
  await targets.ask(" an ");
  expect([targets.answers("an"), targets.answers("ann")]).toEqual([true, false]);
  vi.unstubAllGlobals();
});
