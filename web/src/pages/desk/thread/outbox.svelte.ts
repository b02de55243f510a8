// What I wrote and the server has not told of yet: seen at once, sent in order, and sent again with the same key.

import { api, ask, asProblem, type MessageRow, type Problem } from "$api";
import { newKey } from "$lib/ids";
import { forget, keep, keptNames, read } from "$lib/kept";

/** So long the server knows a key again; what is sent with an older one might be said twice. */
const KEY_KNOWN_MS = 24 * 3_600_000;

/** Nobody comes back to words that old. */
const KEPT_MS = 3 * 86_400_000;

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
    | { is: "failed"; problem?: Problem }
    /** It is being written anew. Nobody knows whether it arrived: unchanged, it goes with its own key. */
    | { is: "draft" };
};

type Send = (conversation: string, unsent: Unsent) => Promise<number>;

/** What somebody has on its way in one conversation. */
export class Outbox {
  #unsent = $state.raw<readonly Unsent[]>([]);
  #sending = Promise.resolve();
  #resumed = false;

  constructor(
    readonly user: string,
    readonly conversation: string,
    private readonly send: Send = post,
  ) {
    this.#unsent = restored(read(this.#name));
  }

  /** Those whose rows are not among these messages yet, oldest first. */
  beside(messages: readonly MessageRow[]): readonly Unsent[] {
    return unsettled(this.#unsent, messages).filter(({ state }) => state.is !== "draft");
  }

  /**
   * Goes on with what was on its way when the page was left, if the conversation still takes it. What is over, or so old
   * that its key says nothing any more, is not sent behind anybody's back: it stands there as not sent.
   */
  resume(takes: boolean, now: number): void {
    if (this.#resumed) return;
    this.#resumed = true;
    for (const { key, at, state } of this.#unsent) {
      if (state.is !== "sending") continue;
      if (takes && now - at < KEY_KNOWN_MS) this.#deliver(key);
      else this.#become(key, { is: "failed" });
    }
  }

  /** Sends a text. `after` is the position of the last message that is there. */
  say(text: string, after: number, at: number): void {
    const drafted = this.#unsent.find((one) => one.state.is === "draft" && one.text === text);
    const known = drafted !== undefined && at - drafted.at < KEY_KNOWN_MS ? drafted : undefined;
    const unsent = { key: newKey(), text, at, after, ...known, state: { is: "sending" as const } };
    this.#set([...this.#unsent.filter((one) => one !== drafted), unsent]);
    this.#deliver(unsent.key);
  }

  /** Sends what failed once more, in order and with the same keys. */
  retry(): void {
    this.#resumed = true;
    const failed = this.#unsent.filter(({ state }) => state.is === "failed");
    for (const { key } of failed) this.#become(key, { is: "sending" });
    for (const { key } of failed) this.#deliver(key);
  }

  /** Gives one up; its text, to be written anew. One that may have arrived keeps its key for as long as it stays as it is. */
  take(key: string): string {
    const taken = this.#unsent.find((unsent) => unsent.key === key);
    const refused = taken?.state.is === "failed" && taken.state.problem?.unsure === false;
    if (refused) this.#set(this.#unsent.filter((unsent) => unsent !== taken));
    else this.#become(key, { is: "draft" });
    return taken?.text ?? "";
  }

  /** Forgets those whose rows have come. */
  settle(messages: readonly MessageRow[]): void {
    const left = unsettled(this.#unsent, messages);
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
    return nameOf(this.user, this.conversation);
  }
}

/** The conversations to which somebody has words that are not sent, as this browser remembers. */
export function unsentOf(user: string): string[] {
  const beginning = nameOf(user, "");
  return keptNames(beginning)
    .filter((name) => restored(read(name)).some(({ state }) => state.is !== "draft"))
    .map((name) => name.slice(beginning.length));
}

/** Forgets what is too old, and what does not say whose words it holds. */
export function sweepOutboxes(now = Date.now()): void {
  for (const name of keptNames("outbox.")) {
    const kept = name.split(".").length === 3 ? restored(read(name)) : [];
    if (kept.every(({ at }) => now - at > KEPT_MS)) forget(name);
  }
}

function nameOf(user: string, conversation: string): string {
  return `outbox.${user}.${conversation}`;
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
  const { key, text, at, after } = one;
  return [key, text].every((each) => typeof each === "string") && [at, after].every(Number.isFinite);
}

/** What was refused before a reload is known as failed; why is not kept. What was on its way goes on. */
function asFailedOrSending(unsent: Unsent): Unsent {
  const is = unsent.state?.is;
  return { ...unsent, state: { is: is === "failed" || is === "draft" ? is : "sending" } };
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
