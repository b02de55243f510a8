// In which order agents are listed.

import type { AgentRow } from "$api";
import { byName } from "$lib/format";
import { urgency, type Limits } from "./attention";
import { columnOf, type Shown } from "./columns";
import type { Sort } from "./view.svelte";

type Keyed = { row: AgentRow; keys: readonly (string | number)[] };

/** The rows as they are to be listed: by what was chosen, those that are equal by name. */
export function ordered(rows: readonly AgentRow[], sort: Sort, shown: Shown, limits: Limits): AgentRow[] {
  const keysOf = sort.by === "attention" ? attention(shown.now, limits) : column(sort.by, shown);
  const turn = sort.down ? -1 : 1;
  // Keys are made once for each row, not once for each comparison.
  return rows
    .map((row): Keyed => ({ row, keys: keysOf(row) }))
    .sort((one, other) => turn * compare(one.keys, other.keys) || byName(one.row, other.row))
    .map(({ row }) => row);
}

function attention(now: number, limits: Limits) {
  return (row: AgentRow) => {
    const { tier, weight } = urgency(row, now, limits);
    return [-tier, -weight];
  };
}

function column(by: Exclude<Sort["by"], "attention">, shown: Shown) {
  const { key } = columnOf(by);
  return (row: AgentRow) => [key(row, shown)];
}

function compare(one: Keyed["keys"], other: Keyed["keys"]): number {
  for (const [place, key] of one.entries()) {
    const against = other[place];
    const found =
      typeof key === "number" && typeof against === "number"
        ? key === against
          ? 0
          : key - against
        : byName({ name: String(key) }, { name: String(against) });
    if (found !== 0) return found;
  }
  return 0;
}
