// What the messages of a stream mean for the rows and for the place to go on from.

import type { Frame, Message, Snapshot, Viewer } from "./messages";

/** What happens to the rows. */
export type Change =
  | { kind: "all"; snapshot: Omit<Required<Snapshot>, "type" | "more" | "server_time">; viewer: Viewer }
  | { kind: "some"; frame: Frame };

/**
 * Follows one stream after another. `at` is the place after which a next stream may go on; there is none before a
 * snapshot is whole, nor after one that broke off.
 */
export class Reader {
  #at: number | undefined;
  #parts: Snapshot[] = [];

  /** Where to go on from. */
  get at(): number | undefined {
    return this.#at;
  }

  /** A new connection: what came of a snapshot until now is worth nothing. */
  reopened(): void {
    if (this.#parts.length > 0) this.#at = undefined;
    this.#parts = [];
  }

  /** What was known of the place is of no use. */
  forget(): void {
    this.#at = undefined;
    this.#parts = [];
  }

  /** What a message changes; most change nothing but the place. */
  take(message: Message): Change | undefined {
    switch (message.type) {
      case "snapshot":
        return this.#snapshot(message);
      case "frame":
        // Seen already: a reconnect may repeat itself.
        if (this.#at !== undefined && message.at < this.#at) return undefined;
        // Behind a part of a snapshot comes its next part only, so a place that is set is a whole one.
        if (this.#parts.length === 0) this.#at = message.at;
        return { kind: "some", frame: message };
      case "heartbeat":
        if (this.#parts.length === 0 && this.#at !== undefined) this.#at = Math.max(this.#at, message.at);
        return undefined;
      case "resync":
        this.forget();
        return undefined;
      case "error":
        return undefined;
      case "end":
        if (message.reason === "scope_changed") this.forget();
        return undefined;
    }
  }

  #snapshot(part: Snapshot): Change | undefined {
    this.#parts.push(part);
    if (part.more === true) return undefined;
    const parts = this.#parts;
    this.#parts = [];
    this.#at = part.at;
    return {
      kind: "all",
      viewer: part.viewer,
      snapshot: {
        at: part.at,
        viewer: part.viewer,
        agents: parts.flatMap((one) => one.agents ?? []),
        queues: parts.flatMap((one) => one.queues ?? []),
        conversations: parts.flatMap((one) => one.conversations ?? []),
      },
    };
  }
}
