// The last hour of an agent, put together from the history of buckets.

import type { AgentEventRow } from "$api";
import type { Bucket } from "$ui";

/** A stretch in one bucket, in epoch milliseconds. */
export type Stretch = { bucket: Bucket; from: number; to: number };

/** The stretches between two instants; `bucket` and `since` are those of now, and tell of an hour without changes. */
export function stretches(
  events: readonly Pick<AgentEventRow, "ts" | "from_status" | "to_status">[],
  current: { bucket: Bucket; since: number },
  from: number,
  to: number,
): Stretch[] {
  const changes = events
    .filter((event) => event.ts > from && event.ts < to)
    .toSorted((one, other) => one.ts - other.ts);
  const first = changes[0];
  const found: Stretch[] = [];
  let at = from;
  let bucket: Bucket = first?.from_status ?? current.bucket;
  for (const change of changes) {
    found.push({ bucket, from: at, to: change.ts });
    at = change.ts;
    bucket = change.to_status;
  }
  // The row may know of the newest change before the history was read again.
  if (current.since > at && current.since < to && current.bucket !== bucket) {
    found.push({ bucket, from: at, to: current.since });
    at = current.since;
    bucket = current.bucket;
  }
  found.push({ bucket, from: at, to });
  return joined(found.filter((stretch) => stretch.to > stretch.from));
}

/** How long in each bucket, the longest first. */
export function totals(stretches: readonly Stretch[]): { bucket: Bucket; ms: number }[] {
  const sums = new Map<Bucket, number>();
  for (const { bucket, from, to } of stretches) sums.set(bucket, (sums.get(bucket) ?? 0) + to - from);
  return [...sums].map(([bucket, ms]) => ({ bucket, ms })).sort((one, other) => other.ms - one.ms);
}

function joined(stretches: readonly Stretch[]): Stretch[] {
  const whole: Stretch[] = [];
  for (const stretch of stretches) {
    const last = whole.at(-1);
    if (last !== undefined && last.bucket === stretch.bucket) last.to = stretch.to;
    else whole.push({ ...stretch });
  }
  return whole;
}
