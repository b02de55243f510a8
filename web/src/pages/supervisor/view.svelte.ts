// What is looked at and how: all of it stands in the address, so that a view can be kept and sent.

import { route } from "$lib/router.svelte";
import { keptLimits, keepLimits, type Limits } from "./attention";
import { COLUMN_IDS, type ColumnId } from "./columns";
import { VOCABULARIES, type Vocabulary } from "./vocabularies";

/** By what agents are sorted: what needs attention, or a column. */
export type Sort = { by: "attention" | ColumnId; down: boolean };

/** Which agents are wanted. Nothing set is all of them. */
export type Filters = {
  /** In the words of the chosen vocabulary. */
  status?: string;
  queue?: string;
  skill?: string;
  team?: string;
  /** For so many minutes at least. */
  over?: number;
  text: string;
};

/** The view of this page. */
export class View {
  #limits = $state.raw<Limits>(keptLimits());

  get tab(): "agents" | "queues" {
    return route.query.get("view") === "queues" ? "queues" : "agents";
  }

  get vocabulary(): Vocabulary {
    return oneOf(VOCABULARIES, route.query.get("words")) ?? "floor";
  }

  /** The six columns of a desk exactly, or all there are. */
  get columns(): "all" | "desk" {
    return route.query.get("columns") === "desk" ? "desk" : "all";
  }

  readonly filters: Filters = $derived({
    status: route.query.get("is") ?? undefined,
    queue: route.query.get("queue") ?? undefined,
    skill: route.query.get("skill") ?? undefined,
    team: route.query.get("team") ?? undefined,
    over: minutes(route.query.get("over")),
    text: route.query.get("text") ?? "",
  });

  readonly sort: Sort = $derived({
    by: oneOf(COLUMN_IDS, route.query.get("sort")) ?? "attention",
    down: route.query.get("down") === "1",
  });

  /** Whose card is open. */
  get agent(): string | undefined {
    return route.query.get("agent") ?? undefined;
  }

  /** Which queue is open, of the queues. */
  get line(): string | undefined {
    return route.query.get("line") ?? undefined;
  }

  /** After how long a state is late. */
  get limits(): Limits {
    return this.#limits;
  }
  set limits(limits: Limits) {
    this.#limits = limits;
    keepLimits(limits);
  }

  /** How many filters hide somebody, the status and the text aside, which are seen anyway. */
  get narrowed(): number {
    const { queue, skill, team, over } = this.filters;
    return [queue, skill, team, over].filter((part) => part !== undefined).length;
  }

  /** Sorts by a column; the second press turns the order round, the third goes back to what needs attention. */
  sortBy(by: ColumnId): void {
    const { sort } = this;
    if (sort.by !== by) route.set({ sort: by, down: undefined });
    else if (!sort.down) route.set({ down: "1" });
    else route.set({ sort: undefined, down: undefined });
  }

  /** Shows everybody again. */
  clear(): void {
    route.set({
      is: undefined,
      queue: undefined,
      skill: undefined,
      team: undefined,
      over: undefined,
      text: undefined,
    });
  }
}

function oneOf<Word extends string>(words: readonly Word[], word: string | null): Word | undefined {
  return words.find((known) => known === word);
}

function minutes(told: string | null): number | undefined {
  const value = Number(told);
  return told !== null && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** The one there is. */
export const view = new View();
