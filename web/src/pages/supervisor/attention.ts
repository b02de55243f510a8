// Who needs a supervisor's look first, and how long somebody may be in a state before it is too long.

import type { AgentRow } from "$api";
import { instant } from "$lib/format";
import { keep, read } from "$lib/kept";
import type { Bucket } from "$ui";

/** Milliseconds in a state after which it counts as late; a state without one is never late. */
export type Limits = Readonly<Partial<Record<Bucket, number>>>;

const MINUTE = 60_000;

/** The states that can be late, in the order in which they are set. */
export const LIMITED = ["ring", "incall", "wrapup", "paused", "extcall", "unreachable", "idle"] as const;

/** Until somebody sets others. */
export const USUAL: Limits = {
  ring: 0.5 * MINUTE,
  incall: 10 * MINUTE,
  wrapup: 2 * MINUTE,
  paused: 20 * MINUTE,
  extcall: 10 * MINUTE,
  unreachable: MINUTE,
  idle: 10 * MINUTE,
};

/** How long an agent has been in its bucket. */
export function inState(row: AgentRow, now: number): number {
  return now - instant(row.bucket_since);
}

/** Whether that is too long. */
export function late(row: AgentRow, now: number, limits: Limits): boolean {
  const limit = limits[row.bucket];
  return limit !== undefined && inState(row, now) >= limit;
}

/** Marks of a row that say: work does not reach it, though it may look as if it did. */
export function outOfReach(row: AgentRow): boolean {
  return (
    row.bucket === "unreachable" ||
    row.widget.status === "kicked_out" ||
    row.available_in_no_queue ||
    (row.status === "available" && row.dead_channels.length > 0)
  );
}

/** Where an agent stands among those who need attention: by tier, and within one by weight, the greater first. */
export function urgency(row: AgentRow, now: number, limits: Limits): { tier: number; weight: number } {
  const since = inState(row, now);
  if (late(row, now, limits)) return { tier: 4, weight: since / (limits[row.bucket] ?? 1) };
  if (outOfReach(row)) return { tier: 3, weight: since };
  if (row.bucket === "ring") return { tier: 2, weight: since };
  return { tier: row.bucket === "offline" ? 0 : 1, weight: since };
}

const KEPT = "limits";

/** The limits this browser remembers. */
export function keptLimits(): Limits {
  try {
    const told: unknown = JSON.parse(read(KEPT) ?? "{}");
    if (typeof told !== "object" || told === null) return USUAL;
    const given = Object.entries(told).filter(
      ([bucket, ms]) => LIMITED.some((one) => one === bucket) && typeof ms === "number" && ms > 0,
    );
    return { ...USUAL, ...(Object.fromEntries(given) as Limits) };
  } catch {
    return USUAL;
  }
}

/** Remembers them. */
export function keepLimits(limits: Limits): void {
  keep(KEPT, JSON.stringify(limits));
}
