// Where I sit: out of a queue, in it and not ready, or ready for its conversations.

import { api, ask, type Schemas } from "$api";
import { Act } from "$lib/act.svelte";
import { session } from "$lib/session.svelte";

type Seat = Pick<Schemas["SeatRow"], "logged_in" | "ready" | "allowed">;

/** What can be asked for. */
export type Deed = "login" | "logout" | "ready" | "not_ready";

/** One of the three places, and how one gets there; without a deed one cannot. */
export type Turn = { to: "out" | "not_ready" | "ready"; is: boolean; deed: Deed | undefined };

/** The three, as the seat's own row allows them. */
export function turnsOf(seat: Seat): Turn[] {
  const may = new Set(seat.allowed.self);
  const unready: Deed | undefined = may.has("queue_not_ready")
    ? "not_ready"
    : may.has("queue_log_in") && !seat.logged_in
      ? "login"
      : undefined;
  return [
    { to: "out", is: !seat.logged_in, deed: may.has("queue_log_out") ? "logout" : undefined },
    { to: "not_ready", is: seat.logged_in && !seat.ready, deed: unready },
    { to: "ready", is: seat.logged_in && seat.ready, deed: may.has("queue_ready") ? "ready" : undefined },
  ];
}

/** The requests, one at a time. */
export class Seating {
  #at = $state<string>();
  readonly #act = new Act((queue: string, deed: Deed) => sit(session.user?.id ?? "", queue, deed));

  /** Whether something is asked for in this queue. */
  busy(queue: string): boolean {
    return this.#act.busy && this.#at === queue;
  }

  /** Asks. */
  async run(queue: string, deed: Deed): Promise<void> {
    if (this.#act.busy) return;
    this.#at = queue;
    await this.#act.run(queue, deed);
  }
}

function sit(id: string, queue: string, deed: Deed) {
  const params = { path: { id, queue } };
  switch (deed) {
    case "login":
      return ask(api.POST("/v1/agents/{id}/queues/{queue}/login", { params, body: {} }));
    case "logout":
      return ask(api.POST("/v1/agents/{id}/queues/{queue}/logout", { params, body: {} }));
    case "ready":
      return ask(api.POST("/v1/agents/{id}/queues/{queue}/ready", { params, body: {} }));
    case "not_ready":
      return ask(api.POST("/v1/agents/{id}/queues/{queue}/not_ready", { params, body: {} }));
  }
}
