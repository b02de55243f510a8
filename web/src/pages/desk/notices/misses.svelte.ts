// Offers that went away unanswered, and why: as the history of the conversation tells it.

import { untrack } from "svelte";
import { asProblem, type ConversationRow } from "$api";
import { live } from "$live";
import type { Desk } from "../desk.svelte";
import { segmentsOf, type Segment, type Wanted } from "../segments";

/** Why an offer went without my having said anything. */
export type Cause = "missed" | "lost" | "rescinded" | "withdrawn" | "server_down";

/** One that went. */
export type Miss = { queue: string; client: string | undefined; at: number; cause: Cause };

const CAUSES: readonly string[] = [
  "missed",
  "lost",
  "rescinded",
  "withdrawn",
  "server_down",
] satisfies Cause[];

/** How far back a miss is looked for after a reload. */
const RECENT_MS = 30 * 60_000;

/** The last one, until it was looked at. */
export class Misses {
  #last = $state.raw<Miss | undefined>(undefined);
  #before: readonly ConversationRow[] = [];
  #settled = new Set<string>();
  #begun = false;

  constructor(private readonly desk: Desk) {
    $effect(() => {
      const offered = desk.mine.offered;
      untrack(() => this.#compare(offered));
    });
    $effect(() => {
      const { me, ready } = desk;
      if (!ready || me === undefined || this.#begun) return;
      this.#begun = true;
      if (me.misses > 0 || me.reason === "no_answer") void untrack(() => this.#recall(me.id));
    });
  }

  /** The last one that nobody has taken away. */
  get last(): Miss | undefined {
    return this.#last;
  }

  /** I answered this offer myself. */
  answered(offer: string): void {
    this.#settled.add(offer);
  }

  /** It was looked at. */
  dismiss(): void {
    this.#last = undefined;
  }

  #compare(offered: readonly ConversationRow[]): void {
    const gone = this.#before.filter((row) => offered.every((now) => now.offer !== row.offer));
    this.#before = offered;
    for (const row of gone) {
      const taken = [...this.desk.mine.working].some((now) => now.id === row.id);
      if (!taken && !this.#settled.has(row.offer ?? "")) void this.#ask(row);
    }
  }

  async #ask(row: ConversationRow): Promise<void> {
    const segments = await this.#segments({ conversation: row.id, user: this.desk.me?.id });
    this.#tell(
      segments.filter((segment) => segment.start >= Date.parse(row.queued_at)),
      row.client,
    );
  }

  async #recall(me: string): Promise<void> {
    const since = new Date(live.clock.exact() - RECENT_MS).toISOString();
    const segments = await this.#segments({ user: me, since });
    this.#tell(segments.filter((segment) => segment.outcome === "missed"));
  }

  #tell(segments: readonly Segment[], client?: string): void {
    const rang = segments.findLast((segment) => segment.phase === "ringing");
    if (rang === undefined || !isCause(rang.outcome)) return;
    this.#last = { queue: rang.queue_id, client, at: rang.end, cause: rang.outcome };
  }

  /** Without the history there is no cause to tell, and the row tells the rest. */
  async #segments(wanted: Wanted): Promise<Segment[]> {
    return segmentsOf(wanted).catch((thrown: unknown) => {
      asProblem(thrown);
      return [];
    });
  }
}

function isCause(outcome: string): outcome is Cause {
  return CAUSES.includes(outcome);
}
