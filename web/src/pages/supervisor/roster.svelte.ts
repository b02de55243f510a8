// The agents that are listed, in an order that holds still: rows change under the eye as they change on the floor, but
// they move only every few seconds, and not while somebody points at one.

import { untrack } from "svelte";
import type { AgentRow } from "$api";
import { live } from "$live";
import type { Rows } from "$live";
import type { Limits } from "./attention";
import type { Shown } from "./columns";
import { inStatus, wanted } from "./filters";
import { ordered } from "./order";
import type { Filters, Sort } from "./view.svelte";
import { statusesOf } from "./vocabularies";

/** Counts, and who is listed at all, are looked at so often. */
const LOOK_MS = 500;

/** Rows change their places at most so often. */
const SORT_MS = 3_000;

/** What decides who is listed, and where. */
export type Wanted = { filters: Filters; sort: Sort; shown: Omit<Shown, "now">; limits: Limits };

/** Holds the order. */
export class Roster {
  #ids = $state.raw<readonly string[]>([]);
  #counts = $state.raw<ReadonlyMap<string, number>>(new Map());
  #total = $state(0);
  #counted = $state(0);
  #held = $state(false);
  #moved = false;
  #wanted: Wanted | undefined;
  #holders = new Set<string>();
  #seen = -1;
  #sortedAt = -Infinity;

  constructor(
    private readonly rows: Rows<AgentRow> = live.agents,
    private readonly now: () => number = () => live.clock.exact(),
  ) {}

  /** Who is listed, in order. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** How many are in each status of the chosen words, all other filters applied. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** How many agents are in sight at all. */
  get total(): number {
    return this.#total;
  }

  /** How many all filters but the one by status let through. */
  get counted(): number {
    return this.#counted;
  }

  /** Whether somebody keeps the rows from moving. */
  get held(): boolean {
    return this.#held;
  }

  /** Something else is wanted: listed anew at once, whoever points at what. */
  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.arrange();
  }

  /** While anybody holds it, no row moves. */
  hold(who: string): void {
    this.#holders.add(who);
    this.#held = true;
  }

  /** One who held it does not any more. */
  release(who: string): void {
    this.#holders.delete(who);
    this.#held = this.#holders.size > 0;
  }

  /** Looks after the list until the returned function is called. */
  watch(): () => void {
    const timer = setInterval(() => this.look(), LOOK_MS);
    return () => clearInterval(timer);
  }

  /** Lists everybody anew, in the order of this moment. */
  arrange(): void {
    this.#show(true);
  }

  /** Takes in what changed since the last look. */
  look(): void {
    const changed = this.rows.version !== this.#seen;
    if (!changed && !this.#moved && this.#wanted?.filters.over === undefined) {
      // Time alone moves those whom it makes late.
      if (this.now() - this.#sortedAt >= SORT_MS && this.#holders.size === 0) this.#show(true);
      return;
    }
    this.#show(this.#holders.size === 0 && this.now() - this.#sortedAt >= SORT_MS);
  }

  #show(anew: boolean): void {
    const asked = this.#wanted;
    if (asked === undefined) return;
    this.#seen = this.rows.version;
    const now = this.now();
    const all = untrack(() => this.rows.all);
    const through = all.filter((row) => wanted(row, asked.filters, now));
    this.#total = all.length;
    this.#counted = through.length;
    this.#counts = count(through, asked);
    const listed = through.filter((row) => inStatus(row, asked.shown.vocabulary, asked.filters));
    if (anew) {
      this.#sortedAt = now;
      this.#moved = false;
      this.#set(ordered(listed, asked.sort, { ...asked.shown, now }, asked.limits).map((row) => row.id));
      return;
    }
    const here = new Set(listed.map((row) => row.id));
    const known = new Set(untrack(() => this.#ids));
    const same = here.size === known.size && [...here].every((id) => known.has(id));
    this.#moved = !same || this.#holders.size > 0;
    if (same || this.#holders.size > 0) return;
    // Until the next sorting, those who left leave their place and those who came stand at the end.
    this.#set([
      ...untrack(() => this.#ids).filter((id) => here.has(id)),
      ...[...here].filter((id) => !known.has(id)),
    ]);
  }

  #set(ids: readonly string[]): void {
    const before = untrack(() => this.#ids);
    if (before.length === ids.length && before.every((id, place) => id === ids[place])) return;
    this.#ids = ids;
  }
}

function count(rows: readonly AgentRow[], { shown, filters }: Wanted): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const { code } of statusesOf(row, shown.vocabulary, filters.queue)) {
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  return counts;
}
