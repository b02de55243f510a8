// What I wrote and the server has not told of yet: seen at once, sent in order, and sent again with the same key.

import { api, ask, asProblem, type MessageRow, type Problem } from "$api";
import { newKey } from "$lib/ids";
import { forget, keep, read } from "$lib/kept";

/** A message on its way. */
export type Unsent = {
  /** The Idempotency-Key: however often it is sent, it is said once. */
  key: string;
  text: string;
  /** When it was written, in the server's time. */
  at: number;
  /** The last message before it; its own row comes behind. */
  after: number;
  state:
    | { is: "sending" }
    /** The server has it; its row is yet to come. */
    | { is: "sent"; position: number }
    /** It was refused, or nobody could be reached; without a problem it waits behind one that was. */
    | { is: "failed"; problem?: Problem };
};

type Send = (conversation: string, unsent: Unsent) => Promise<number>;

/** What is on its way in one conversation. */
export class Outbox {
  #unsent = $state.raw<readonly Unsent[]>([]);
  #sending = Promise.resolve();

  constructor(
    readonly conversation: string,
    private readonly send: Send = post,
  ) {
    const kept = restored(read(this.#name));
    this.#unsent = kept;
    for (const { key, state } of kept) if (state.is === "sending") this.#deliver(key);
  }

  /** Those whose rows are not among these messages yet, oldest first. */
  beside(messages: readonly MessageRow[]): readonly Unsent[] {
    return unsettled(this.#unsent, messages);
  }

  /** Sends a text. `after` is the position of the last message that is there. */
  say(text: string, after: number, at: number): void {
    const key = newKey();
    this.#set([...this.#unsent, { key, text, at, after, state: { is: "sending" } }]);
    this.#deliver(key);
  }

  /** Sends what failed once more, in order and with the same keys. */
  retry(): void {
    const failed = this.#unsent.filter(({ state }) => state.is === "failed");
    for (const { key } of failed) this.#become(key, { is: "sending" });
    for (const { key } of failed) this.#deliver(key);
  }

  /** Gives one up; its text, to be written anew. */
  take(key: string): string {
    const text = this.#unsent.find((unsent) => unsent.key === key)?.text ?? "";
    this.#set(this.#unsent.filter((unsent) => unsent.key !== key));
    return text;
  }

  /** Forgets those whose rows have come. */
  settle(messages: readonly MessageRow[]): void {
    const left = this.beside(messages);
    if (left.length < this.#unsent.length) this.#set(left);
  }

  #deliver(key: string): void {
    this.#sending = this.#sending.then(async () => {
      const unsent = this.#unsent.find((one) => one.key === key);
      if (unsent?.state.is !== "sending") return;
      try {
        this.#become(key, { is: "sent", position: await this.send(this.conversation, unsent) });
      } catch (thrown) {
        this.#stop(key, asProblem(thrown));
      }
    });
  }

  /** One failed: those behind it must not overtake it. */
  #stop(key: string, problem: Problem): void {
    const place = this.#unsent.findIndex((unsent) => unsent.key === key);
    this.#set(
      this.#unsent.map((unsent, index) => {
        if (index === place) return { ...unsent, state: { is: "failed", problem } };
        const waits = index > place && unsent.state.is === "sending";
        return waits ? { ...unsent, state: { is: "failed" } } : unsent;
      }),
    );
  }

  #become(key: string, state: Unsent["state"]): void {
    this.#set(this.#unsent.map((unsent) => (unsent.key === key ? { ...unsent, state } : unsent)));
  }

  #set(unsent: readonly Unsent[]): void {
    this.#unsent = unsent;
    if (unsent.length === 0) forget(this.#name);
    else keep(this.#name, JSON.stringify(unsent));
  }

  get #name(): string {
    return `outbox.${this.conversation}`;
  }
}

/** Those that no message stands for yet: each row stands for one, of the same text and behind what was there. */
export function unsettled(unsent: readonly Unsent[], messages: readonly MessageRow[]): readonly Unsent[] {
  const first = unsent[0];
  if (first === undefined) return unsent;
  const behind = messages.slice(messages.findLastIndex((row) => row.position <= first.after) + 1);
  const own = behind.filter((row) => row.author === "agent");
  const last = messages.at(-1)?.position ?? 0;
  return unsent.filter(({ text, after, state }) => {
    const place = own.findIndex((row) => row.position > after && row.text === text);
    if (place >= 0) own.splice(place, 1);
    return place < 0 && !(state.is === "sent" && state.position <= last);
  });
}

function restored(kept: string | undefined): readonly Unsent[] {
  if (kept === undefined) return [];
  try {
    const unsent: unknown = JSON.parse(kept);
    return Array.isArray(unsent) ? unsent.filter(isUnsent).map(asFailedOrSending) : [];
  } catch {
    return [];
  }
}

function isUnsent(one: Partial<Unsent>): one is Unsent {
  return typeof one.key === "string" && typeof one.text === "string" && typeof one.after === "number";
}

/** What was refused before a reload is known as failed; why is not kept. What was on its way goes on. */
function asFailedOrSending(unsent: Unsent): Unsent {
  const failed = unsent.state?.is === "failed";
  return { ...unsent, state: failed ? { is: "failed" } : { is: "sending" } };
}

async function post(id: string, { key, text }: Unsent): Promise<number> {
  const done = await ask(
    api.POST("/v1/conversations/{id}/messages", {
      params: { path: { id } },
      headers: { "Idempotency-Key": key },
      body: { author: "agent", text },
    }),
  );
  return done.position;
}
