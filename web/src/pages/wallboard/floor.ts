// What a board shows of the rows: sums, orders and warnings. Rows come whole; nothing here decides what an agent is.

import type { AgentRow, QueueRow } from "$api";
import { byName } from "$lib/format";
import { BUCKETS, type Bucket } from "$ui";

/** From when on a wait is too long, unless the address of the board says otherwise (`?wait=90`), in seconds. */
export const WAIT_LATE_S = 120;

/** From when on it is worth a look that somebody is still what they are, in seconds. */
const STATE_LATE_S: Partial<Record<Bucket, number>> = {
  incall: 600,
  wrapup: 180,
  paused: 900,
  extcall: 900,
  unreachable: 300,
};

/** Those who need somebody stand first, those who are away last. */
const ORDER: readonly Bucket[] = [
  "ring",
  "unreachable",
  "paused",
  "wrapup",
  "incall",
  "extcall",
  "ready",
  "idle",
  "offline",
];

/** How many agents are in each bucket. */
export function counts(agents: readonly AgentRow[]): Record<Bucket, number> {
  const all = Object.fromEntries(BUCKETS.map((bucket) => [bucket, 0])) as Record<Bucket, number>;
  for (const agent of agents) all[agent.bucket] += 1;
  return all;
}

/** The agents as tiles stand: by bucket, and in it the longest first. */
export function inOrder(agents: readonly AgentRow[]): AgentRow[] {
  return agents.toSorted(
    (one, other) =>
      ORDER.indexOf(one.bucket) - ORDER.indexOf(other.bucket) ||
      compare(one.bucket_since, other.bucket_since) ||
      byName(one, other),
  );
}

/** The agents of each bucket, in the order of the tiles; buckets in which nobody is are left out. */
export function byBucket(agents: readonly AgentRow[]): { bucket: Bucket; agents: AgentRow[] }[] {
  const groups = new Map<Bucket, AgentRow[]>(ORDER.map((bucket) => [bucket, []]));
  for (const agent of agents) groups.get(agent.bucket)?.push(agent);
  return [...groups]
    .map(([bucket, agents]) => ({ bucket, agents }))
    .filter((group) => group.agents.length > 0);
}

/** Whether somebody has been what they are for too long. */
export function isLate(agent: AgentRow, now: number): boolean {
  const limit = STATE_LATE_S[agent.bucket];
  return limit !== undefined && now - Date.parse(agent.bucket_since) >= limit * 1000;
}

/** How bad a wait is. */
export type Wait = "none" | "fine" | "soon" | "late";

/** How bad the longest wait of a queue is; half of what is too long is worth a sign. */
export function waitOf(queue: QueueRow, now: number, lateS: number): Wait {
  if (!queue.longest_waiting_since) return "none";
  const seconds = (now - Date.parse(queue.longest_waiting_since)) / 1000;
  if (seconds >= lateS) return "late";
  return seconds >= lateS / 2 ? "soon" : "fine";
}

/** The queues that need somebody first: who waits the longest, then where nobody is ready, then by name. */
export function byNeed(queues: readonly QueueRow[]): QueueRow[] {
  const since = (queue: QueueRow) => queue.longest_waiting_since ?? "9999";
  const staffed = (queue: QueueRow) => (queue.ready > 0 ? 1 : 0);
  return queues.toSorted(
    (one, other) => compare(since(one), since(other)) || staffed(one) - staffed(other) || byName(one, other),
  );
}

/** The floor in a few figures. */
export type Sums = {
  waiting: number;
  /** Who has waited the longest, and where. */
  longest: QueueRow | undefined;
  ringing: number;
  active: number;
  ready: number;
  loggedIn: number;
};

/** Adds up what the rows say. */
export function sums(queues: readonly QueueRow[], agents: readonly AgentRow[]): Sums {
  const sum = (figure: (queue: QueueRow) => number) => queues.reduce((all, queue) => all + figure(queue), 0);
  const first = byNeed(queues)[0];
  return {
    waiting: sum((queue) => queue.waiting),
    longest: first?.longest_waiting_since ? first : undefined,
    ringing: sum((queue) => queue.offered),
    active: sum((queue) => queue.active),
    ready: agents.filter((agent) => agent.bucket === "ready").length,
    loggedIn: agents.filter((agent) => agent.status !== "offline").length,
  };
}

/** Something on the floor that wants a person. */
export type Alert =
  | { kind: "waits"; queue: QueueRow }
  | { kind: "nobody_ready"; queue: QueueRow }
  | { kind: "no_device"; agents: number }
  | { kind: "no_queue"; agents: number };

/** What wants a person, the worst first. */
export function alerts(
  queues: readonly QueueRow[],
  agents: readonly AgentRow[],
  now: number,
  lateS: number,
): Alert[] {
  const late = byNeed(queues).filter((queue) => waitOf(queue, now, lateS) === "late");
  const empty = queues.filter((queue) => queue.waiting > 0 && queue.ready === 0 && !late.includes(queue));
  const noDevice = agents.filter((agent) => agent.bucket === "unreachable").length;
  const noQueue = agents.filter((agent) => agent.available_in_no_queue).length;
  return [
    ...late.map((queue): Alert => ({ kind: "waits", queue })),
    ...byNeed(empty).map((queue): Alert => ({ kind: "nobody_ready", queue })),
    ...(noDevice > 0 ? [{ kind: "no_device", agents: noDevice } as const] : []),
    ...(noQueue > 0 ? [{ kind: "no_queue", agents: noQueue } as const] : []),
  ];
}

/** Instants of the server sort as text. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
