// A thread as it is looked at: messages, the days between them, what happened to the conversation, what is on its way.

import type { MessageRow } from "$api";
import type { Segment } from "../segments";
import type { Unsent } from "./outbox.svelte";

/** What happened, worth a line between the messages. */
export type Happening =
  | "arrived"
  | "taken"
  | "hold"
  | "handed_on"
  | "requeued"
  | "reassigned"
  | "put_aside"
  | "client_wrote"
  | "ended";

/** One thing in a thread. `key` stays its own as long as it is there. */
export type Item =
  | { kind: "day"; key: string; at: number }
  | { kind: "line"; key: string; at: number; what: Happening; ms: number; queue: string }
  /** `opens` and `closes` say where a run of one author begins and ends; only its end carries the time. */
  | { kind: "message"; key: string; at: number; message: MessageRow; opens: boolean; closes: boolean }
  | { kind: "unsent"; key: string; at: number; unsent: Unsent };

/** After so long the same author speaks anew. */
const RUN_MS = 5 * 60_000;

type Given = {
  messages: readonly MessageRow[];
  unsent?: readonly Unsent[];
  segments?: readonly Segment[];
  arrived?: { at: number; queue: string };
};

/** All of a thread, in order. */
export function items({ messages, unsent = [], segments = [], arrived }: Given): Item[] {
  const lines = segments.flatMap(lineOf);
  if (arrived)
    lines.push({
      kind: "line",
      key: "arrived",
      at: arrived.at,
      what: "arrived",
      ms: 0,
      queue: arrived.queue,
    });
  lines.sort((one, other) => one.at - other.at);
  const list: Item[] = [];
  let dayEnds = -Infinity;
  let place = 0;
  const add = (item: Item) => {
    if (item.at >= dayEnds) {
      const { begins, ends } = dayOf(item.at);
      dayEnds = ends;
      list.push({ kind: "day", key: `day ${begins}`, at: item.at });
    }
    list.push(item);
  };
  messages.forEach((message, index) => {
    const at = Date.parse(message.ts);
    for (let line = lines[place]; line !== undefined && goesBefore(line, at); line = lines[++place])
      add(line);
    const opens = !sameRun(messages[index - 1], message) || list.at(-1)?.kind === "line";
    const next = messages[index + 1];
    const cut =
      lines[place] !== undefined && next !== undefined && (lines[place]?.at ?? 0) <= Date.parse(next.ts);
    const closes = cut || !sameRun(message, next);
    add({ kind: "message", key: `m ${message.position}`, at, message, opens, closes });
  });
  lines.slice(place).forEach(add);
  for (const one of unsent) add({ kind: "unsent", key: `u ${one.key}`, at: one.at, unsent: one });
  return list;
}

function sameRun(one: MessageRow | undefined, next: MessageRow | undefined): boolean {
  if (one === undefined || next === undefined) return false;
  const [from, to] = [Date.parse(one.ts), Date.parse(next.ts)];
  return (
    one.author === next.author &&
    one.agent === next.agent &&
    to - from < RUN_MS &&
    dayOf(from).begins === dayOf(to).begins
  );
}

/** The last day that was asked for: nearly every message is of the same one. */
let lastDay = { begins: 0, ends: 0 };

/** The day of an instant where the reader is. */
function dayOf(at: number): { begins: number; ends: number } {
  if (at >= lastDay.begins && at < lastDay.ends) return lastDay;
  const date = new Date(at);
  const [y, m, d] = [date.getFullYear(), date.getMonth(), date.getDate()];
  lastDay = { begins: new Date(y, m, d).getTime(), ends: new Date(y, m, d + 1).getTime() };
  return lastDay;
}

/** What began with a message stands before it, what it brought about behind it. */
function goesBefore(line: Line, message: number): boolean {
  return (
    line.at < message || (line.at === message && (line.what === "arrived" || line.what === "client_wrote"))
  );
}

type Line = Extract<Item, { kind: "line" }>;

function lineOf(segment: Segment): Line[] {
  const what = happening(segment);
  if (what === undefined) return [];
  const { seq, start, end, queue_id } = segment;
  return [{ kind: "line", key: `s ${seq}`, at: end, what, ms: end - start, queue: queue_id }];
}

/** What the end of a stretch means to whoever reads the thread; most mean nothing. */
function happening({ phase, outcome }: Segment): Happening | undefined {
  if (phase === "ringing" && outcome === "accepted") return "taken";
  if (phase === "held" && outcome === "resumed") return "hold";
  if (phase === "parked") return outcome === "client_wrote" ? "client_wrote" : undefined;
  if (phase !== "talking" && phase !== "held") return undefined;
  switch (outcome) {
    case "transferred":
      return "handed_on";
    case "requeued":
      return "requeued";
    case "reassigned":
      return "reassigned";
    case "parked":
      return "put_aside";
    case "ended":
      return "ended";
    default:
      return undefined;
  }
}
