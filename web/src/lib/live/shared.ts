// Parts of rows that say the same, kept once: of five thousand agents most may do the same and sit in the same queues.

import type { AgentRow } from "../api";

/** So many different parts are remembered; beyond them it is begun anew, which costs room and nothing else. */
const KEPT_MAX = 20_000;

const kept = new Map<string, unknown>();

/** The row, with its parts replaced by equal ones that are there already. Rows are never changed once they are held. */
export function shared(row: AgentRow): AgentRow {
  row.allowed = once(row.allowed);
  row.queues = row.queues.map(once);
  row.skills = once(row.skills);
  row.teams = once(row.teams);
  row.channels = once(row.channels);
  row.dead_channels = once(row.dead_channels);
  row.widget = once(row.widget);
  return row;
}

function once<Part>(part: Part): Part {
  const written = JSON.stringify(part);
  const known = kept.get(written);
  if (known !== undefined) return known as Part;
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(written, part);
  return part;
}
