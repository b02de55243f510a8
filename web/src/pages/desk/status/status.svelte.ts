// What I ask to become. The server decides; my row tells what came of it.

import { api, ask, type Action, type ConversationRow, type Schemas } from "$api";
import { live } from "$live";
import { Act } from "$lib/act.svelte";
import { session } from "$lib/session.svelte";

/** When a break begins if clients wait for me: when I have answered them, or now. */
export type When = "finished" | "now";

/** The requests of the status picker. */
export class Status {
  readonly #act = new Act((work: (id: string) => Promise<unknown>) => work(session.user?.id ?? ""));

  /** Something is asked for. */
  get busy(): boolean {
    return this.#act.busy;
  }

  /** Whether my row lets me do this. */
  may(action: Action): boolean {
    return live.agents.get(session.user?.id)?.allowed.self.includes(action) ?? false;
  }

  readonly become = (body: Schemas["StatusBody"]) => this.#act.run((id) => become(id, body));

  readonly logIn = () => this.#act.run(logIn);

  readonly logOut = () =>
    this.#act.run((id) => ask(api.POST("/v1/agents/{id}/logout", { params: { path: { id } }, body: {} })));

  /** Logs in, and takes conversations of all queues. */
  readonly startWork = () =>
    this.#act.run(async (id) => {
      await logIn(id);
      const queues = live.agents.get(id)?.queues.length ?? 0;
      await (queues > 0 ? readyEverywhere(id) : become(id, { status: "available" }));
    });

  /** To work in all of my queues, and ready there. */
  readonly joinAll = () => this.#act.run(readyEverywhere);

  /** Stays, after having asked to go. */
  readonly stay = () => {
    const outOnly = live.agents.get(session.user?.id)?.out_only ?? false;
    return this.become({ status: "available", out_only: outOnly });
  };

  /**
   * Goes on a break now, whoever waits: the wish first, so that nothing new comes, then every client who waits goes
   * back to its queue.
   */
  readonly pauseNow = (reason: string | undefined, awaiting: readonly ConversationRow[]) =>
    this.#act.run(async (id) => {
      await become(id, { status: "on_break", reason });
      for (const { id } of awaiting) {
        await ask(api.POST("/v1/conversations/{id}/requeue", { params: { path: { id } }, body: {} }));
      }
    });

  /** Work after the work, begun by hand. */
  readonly startWrapUp = () =>
    this.#act.run((id) => ask(api.POST("/v1/agents/{id}/wrap-up", { params: { path: { id } }, body: {} })));
}

const become = (id: string, body: Schemas["StatusBody"]) =>
  ask(api.PUT("/v1/agents/{id}/status", { params: { path: { id } }, body }));

const logIn = (id: string) => ask(api.POST("/v1/agents/{id}/login", { params: { path: { id } }, body: {} }));

const readyEverywhere = (id: string) =>
  ask(api.POST("/v1/agents/{id}/queues/{queue}/ready", { params: { path: { id, queue: "all" } }, body: {} }));
