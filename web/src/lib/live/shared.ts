// Parts of rows that say the same, kept once: of five thousand agents most may do the same and sit in the same queues.

import type { AgentRow } from "../api";

/** So many different parts are remembered; beyond them it is begun anew, which costs room and nothing else. */
const KEPT_MAX = 20_000;

const kept = new Map<string, unknown>();

/**
 * The row, with its parts replaced by equal ones that are there already: those of the row before, or those of others.
 * Rows are never changed once they are held.
 */
export function shared(row: AgentRow, before?: AgentRow): AgentRow {
  row.allowed = part(row.allowed, before?.allowed);
  row.skills = part(row.skills, before?.skills);
  row.teams = part(row.teams, before?.teams);
  row.channels = part(row.channels, before?.channels);
  row.dead_channels = part(row.dead_channels, before?.dead_channels);
  row.widget = part(row.widget, before?.widget);
  if (before !== undefined && same(row.queues, before.queues)) row.queues = before.queues;
  else row.queues = row.queues.map((seat, place) => part(seat, before?.queues[place]));
  return row;
}

/** Most of a row is as it was, and to see that costs less than to look it up. */
function part<Part>(now: Part, before: Part | undefined): Part {
  return before !== undefined && same(now, before) ? before : once(now);
}

function once<Part>(now: Part): Part {
  const written = JSON.stringify(now);
  const known = kept.get(written);
  if (known !== undefined) return known as Part;
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(written, now);
  return now;
}

/** Whether two parts, each read from JSON and of one shape, say the same. */
function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length !== other.length) return false;
    for (let place = 0; place < one.length; place++) if (!same(one[place], other[place])) return false;
    return true;
  }
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  for (const name in left) if (!same(left[name], right[name])) return false;
  // A field that one leaves out and the other has is a difference as well.
  for (const name in right) if (!(name in left)) return false;
  return true;
}
