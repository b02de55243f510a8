// Whether the server still knows who we are.

import { api, ask } from ".";
import { holds } from "./credentials";

/** Asks; that the session is over is told to all who wait for it (`onEnded`). */
export async function stillKnown(): Promise<void> {
  if (holds().kind !== "session") return;
  // Any other refusal, or none, is the stream's own affair: it comes again by itself.
  await ask(api.GET("/v1/sessions/current")).catch(() => undefined);
}
