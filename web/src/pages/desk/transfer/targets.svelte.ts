// To whom a conversation can be handed on: asked as one types, and again while the window is open.

import { api, ask, asProblem, type Problem, type Schemas } from "$api";
import { live } from "$live";
import type { Bucket } from "$ui";

/** An agent or a queue, and whether the conversation can go there now. */
export type Target = {
  id: string;
  name: string;
  can: boolean;
  code: string | undefined;
  why: string | undefined;
} & (
  | { kind: "agent"; bucket: Bucket }
  | { kind: "queue"; number: string | undefined; waiting: number; ready: number }
);

/** Of each kind; whoever looks for another types a letter more. */
const SHOWN_MAX = 20;

/** The targets of one conversation. */
export class Targets {
  #list = $state.raw<readonly Target[] | undefined>(undefined);
  #problem = $state.raw<Problem | undefined>(undefined);
  #answered = $state<string>();
  #asking = 0;

  constructor(readonly conversation: string) {}

  /** Agents first, then queues; none before the first answer. */
  get list(): readonly Target[] | undefined {
    return this.#list;
  }

  /** Whether they are those of what was typed, and not of what stood there before. */
  answers(typed: string): boolean {
    return this.#answered === typed.trim();
  }

  /** Why there are none. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** Asks for those that begin with what was typed. */
  async ask(typed: string): Promise<void> {
    const asking = ++this.#asking;
    const q = typed.trim();
    const query = { q: q || undefined, limit: SHOWN_MAX, min_position: live.position };
    try {
      const found = await ask(
        api.GET("/v1/conversations/{id}/targets", { params: { path: { id: this.conversation }, query } }),
      );
      if (asking !== this.#asking) return;
      this.#list = targetsOf(found);
      this.#answered = q;
      this.#problem = undefined;
    } catch (thrown) {
      if (asking === this.#asking) this.#problem = asProblem(thrown);
    }
  }
}

/** Why it cannot go there; neither, where it can. */
type Why = { code?: string | null; why?: string | null };
type Found = {
  agents: readonly (Pick<Schemas["AgentTarget"], "id" | "name" | "bucket" | "can"> & Why)[];
  queues: readonly (Pick<Schemas["QueueTarget"], "id" | "name" | "number" | "waiting" | "ready" | "can"> &
    Why)[];
};

/** Both kinds in one list, which arrows walk through. */
export function targetsOf({ agents, queues }: Found): Target[] {
  return [
    ...agents.map(({ id, name, bucket, can, code, why }) => ({
      kind: "agent" as const,
      ...{ id, name, bucket, can, code: code ?? undefined, why: why ?? undefined },
    })),
    ...queues.map(({ id, name, number, waiting, ready, can, code, why }) => ({
      kind: "queue" as const,
      ...{ id, name, waiting, ready, can },
      ...{ number: number ?? undefined, code: code ?? undefined, why: why ?? undefined },
    })),
  ];
}
