// Whether the server still knows who we are.

import { api, ask } from ".";
import { holds } from "./credentials";

/** Asks; that the session is over, or the key revoked, is told to all who wait for it (`onEnded`). */
export async function stillKnown(): Promise<void> {
  const asked =
    holds().kind === "key"
      ? ask(api.GET("/v1/queues-live", { params: { query: { limit: 1 } } }))
      : ask(api.GET("/v1/sessions/current"));
  // Any other refusal, or none, is the stream's own affair: it comes again by itself.
  await asked.catch(() => undefined);
}
