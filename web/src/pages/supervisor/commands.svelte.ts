// What a supervisor asks of an agent with one press.

import { api, ask } from "$api";
import { m } from "$words";
import { Act } from "$lib/act.svelte";
import { live } from "$live";
import { toasts } from "$lib/toasts.svelte";

type Seat = "login" | "logout" | "ready" | "not_ready";

/** The presses for one agent. */
export class Commands {
  constructor(private readonly agent: () => string) {}

  /** Ends their work; while threads await them, they finish those first. */
  readonly logOut = new Act(async () => {
    await ask(api.POST("/v1/agents/{id}/logout", { params: { path: { id: this.agent() } }, body: {} }));
    toasts.say(m.supervisor_done());
  });

  /** Ends the wrap-up that runs. */
  readonly finishWrapUp = new Act(async () => {
    const id = this.agent();
    const conversation = live.agents.get(id)?.wrap_up?.conversation;
    await (conversation
      ? ask(
          api.POST("/v1/conversations/{id}/wrap-up/finish", {
            params: { path: { id: conversation } },
            body: {},
          }),
        )
      : ask(api.DELETE("/v1/agents/{id}/wrap-up", { params: { path: { id } } })));
    toasts.say(m.supervisor_done());
  });

  /** Changes how they stand in one queue. */
  readonly seat = new Act(async (queue: string, what: Seat) => {
    const params = { path: { id: this.agent(), queue } };
    switch (what) {
      case "login":
        return ask(api.POST("/v1/agents/{id}/queues/{queue}/login", { params, body: {} }));
      case "logout":
        return ask(api.POST("/v1/agents/{id}/queues/{queue}/logout", { params, body: {} }));
      case "ready":
        return ask(api.POST("/v1/agents/{id}/queues/{queue}/ready", { params, body: {} }));
      case "not_ready":
        return ask(api.POST("/v1/agents/{id}/queues/{queue}/not_ready", { params, body: {} }));
    }
  });
}
