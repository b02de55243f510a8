// A thread as its visitor sees it. Inputs go in, a new thread comes out; no clock, no network.

/** What the server says of where a chat stands. A word after the end begins it anew, in the same thread. */
export type Stage =
  | { readonly is: "none" }
  | { readonly is: "waiting"; readonly place?: number }
  | { readonly is: "active"; readonly agent?: string }
  | { readonly is: "ended" };

/** Something written by the visitor that the server has not confirmed yet. */
export type Sending = { readonly is: "pending" } | { readonly is: "failed"; readonly why: string };

/** One thing in the thread. `key` stays the same as long as it is the same thing, so that it is drawn once. */
export type Entry =
  | {
      readonly is: "said";
      readonly key: string;
      readonly id: string;
      readonly by: "visitor" | "agent";
      readonly name?: string;
      readonly text: string;
      readonly at: number;
    }
  | {
      readonly is: "mine";
      readonly key: string;
      readonly text: string;
      readonly at: number;
      /** When the newest message was said that was there before it; unknown where the thread was not read yet. */
      readonly after: number | undefined;
      readonly how: Sending;
    }
  | {
      readonly is: "line";
      readonly key: string;
      readonly what: Line;
      readonly name?: string;
      readonly at: number;
    };

/** What happened between the words. */
export type Line = "joined" | "transferred" | "passed" | "ended";

export interface Thread {
  readonly stage: Stage;
  readonly entries: readonly Entry[];
}

/** A message as the server tells it. */
export interface Message {
  readonly id: string;
  readonly author: string;
  readonly name?: string | null;
  readonly text: string;
  readonly at: string;
}

/** Where a chat stands, as the server tells it. */
export interface Standing {
  readonly stage: string;
  readonly place?: number | null;
  readonly agent?: string | null;
}

/** What can happen to a thread. `now` is the server's time, milliseconds. */
export type Input =
  | {
      readonly is: "visit";
      readonly visit: Standing & { readonly messages: readonly Message[] };
      readonly now: number;
    }
  | { readonly is: "state"; readonly state: Standing; readonly now: number }
  | { readonly is: "message"; readonly message: Message; readonly now: number }
  | {
      readonly is: "wrote";
      readonly key: string;
      readonly text: string;
      readonly now: number;
      readonly after: number | undefined;
    }
  | { readonly is: "sent"; readonly key: string; readonly id?: string; readonly now: number }
  | { readonly is: "unsent"; readonly key: string; readonly why: string }
  | { readonly is: "again"; readonly key: string };

export const EMPTY: Thread = { stage: { is: "none" }, entries: [] };

/** The thread after an input. */
export function step(thread: Thread, input: Input): Thread {
  switch (input.is) {
    case "visit": {
      // A page that was just loaded knows no history: who came when is told by the names beside the words.
      const resumed = thread.stage.is === "none" && !thread.entries.some((entry) => entry.is !== "mine");
      let next = thread;
      for (const message of input.visit.messages) {
        if (resumed) next = introduced(next, message);
        next = said(next, message, input.now);
      }
      return resumed
        ? arrived(next, stageOf(input.visit), input.now)
        : moved(next, stageOf(input.visit), input.now);
    }
    case "state":
      return moved(thread, stageOf(input.state), input.now);
    case "message":
      return said(thread, input.message, input.now);
    case "wrote": {
      const { key, text, now: at, after } = input;
      return {
        ...thread,
        entries: [...thread.entries, { is: "mine", key, text, at, after, how: { is: "pending" } }],
      };
    }
    case "sent":
      return sent(thread, input);
    case "unsent":
      return sending(thread, input.key, { is: "failed", why: input.why });
    case "again":
      return sending(thread, input.key, { is: "pending" });
  }
}

/** The agent's messages after the one that was read last. */
export function unread(thread: Thread, read: string | undefined): number {
  const said = thread.entries.filter((entry) => entry.is === "said");
  const last = said.findIndex((entry) => entry.id === read);
  return said.slice(last + 1).filter((entry) => entry.by === "agent").length;
}

/** The newest message of the thread, whoever wrote it. */
export function newest(thread: Thread): string | undefined {
  return thread.entries.filter((entry) => entry.is === "said").at(-1)?.id;
}

/** When the newest message of the thread was said; 0 where there is none. */
export function newestAt(thread: Thread): number {
  return thread.entries.filter((entry) => entry.is === "said").at(-1)?.at ?? 0;
}

/** What was written and is not confirmed. */
export function outbox(thread: Thread): readonly (Entry & { readonly is: "mine" })[] {
  return thread.entries.filter((entry) => entry.is === "mine");
}

function stageOf(standing: Standing): Stage {
  switch (standing.stage) {
    case "waiting":
      return standing.place ? { is: "waiting", place: standing.place } : { is: "waiting" };
    case "active":
      return standing.agent ? { is: "active", agent: standing.agent } : { is: "active" };
    case "ended":
      return { is: "ended" };
    default:
      return { is: "none" };
  }
}

function said(thread: Thread, message: Message, now: number): Thread {
  if (thread.entries.some((entry) => entry.is === "said" && entry.id === message.id)) return thread;
  const by = message.author === "agent" ? "agent" : "visitor";
  const name = message.name ?? undefined;
  const told = Date.parse(message.at);
  const at = Number.isNaN(told) ? now : told;
  // The stream may tell of our own message before its request is answered. What was there before it was written is
  // not it, though it be the same words; where that is unknown, the answer alone settles it.
  const own =
    by === "visitor"
      ? outbox(thread).find(({ text, after }) => text === message.text && after !== undefined && after < at)
      : undefined;
  const entry: Entry = {
    is: "said",
    key: own?.key ?? message.id,
    id: message.id,
    by,
    text: message.text,
    at,
    ...(name ? { name } : {}),
  };
  const rest = own ? confirmed(thread.entries, own, at) : thread.entries;
  return { ...thread, entries: placed(rest, entry) };
}

/** Without what is confirmed. What is still to be sent comes after it. */
function confirmed(entries: readonly Entry[], own: Entry, at: number): Entry[] {
  return entries
    .filter((entry) => entry !== own)
    .map((entry) =>
      entry.is === "mine" && entry.after !== undefined && entry.after < at ? { ...entry, after: at } : entry,
    );
}

function sent(thread: Thread, { key, id, now }: Input & { is: "sent" }): Thread {
  const own = thread.entries.find((entry) => entry.is === "mine" && entry.key === key);
  if (!own || own.is !== "mine") return thread;
  // Without an id the stream's word of it must find it: it stays ours until then.
  if (id === undefined) return sending(thread, key, { is: "pending" });
  const rest = confirmed(thread.entries, own, now);
  if (rest.some((entry) => entry.is === "said" && entry.id === id)) return { ...thread, entries: rest };
  return {
    ...thread,
    entries: placed(rest, { is: "said", key, id, by: "visitor", text: own.text, at: now }),
  };
}

function sending(thread: Thread, key: string, how: Sending): Thread {
  return {
    ...thread,
    entries: thread.entries.map((entry) =>
      entry.is === "mine" && entry.key === key ? { ...entry, how } : entry,
    ),
  };
}

/** A line is told by this page's clock, which may be off by so much from the one that dates messages. */
const SLACK_MS = 5_000;

/** In the order of time; what is not confirmed stands last. */
function placed(entries: readonly Entry[], entry: Entry): Entry[] {
  const precedes = (other: Entry) => {
    if (other.is === "mine") return false;
    return entry.is === "line" || other.at <= entry.at + (other.is === "line" ? SLACK_MS : 0);
  };
  const before = entries.findLastIndex(precedes);
  return [...entries.slice(0, before + 1), entry, ...entries.slice(before + 1)];
}

/** A line stands where it was heard of: after all that was said by then. */
function line(thread: Thread, what: Line, at: number, name?: string): Thread {
  const key = `${what}:${name ?? ""}:${at}`;
  return {
    ...thread,
    entries: placed(thread.entries, { is: "line", key, what, at, ...(name ? { name } : {}) }),
  };
}

/** The agent of whom a line spoke last. */
function company(thread: Thread): string | undefined {
  const lines = thread.entries.filter((entry) => entry.is === "line");
  return lines.findLast(({ what }) => what === "joined" || what === "transferred")?.name;
}

/** Before the first words of an agent of whom nothing was told. */
function introduced(thread: Thread, message: Message): Thread {
  const known = company(thread);
  if (message.author !== "agent" || !message.name || message.name === known) return thread;
  return line(thread, known ? "transferred" : "joined", Date.parse(message.at), message.name);
}

/** Where the chat stood when the page was loaded. */
function arrived(thread: Thread, stage: Stage, now: number): Thread {
  const known = company(thread);
  const last = thread.entries.findLast((entry) => entry.is === "said")?.at ?? now;
  const standing = { ...thread, stage };
  if (stage.is === "ended") return line(standing, "ended", last);
  if (stage.is === "active" && stage.agent && stage.agent !== known)
    return line(standing, known ? "transferred" : "joined", last, stage.agent);
  return standing;
}

/** From one stage to the next, with the line that tells of it. */
function moved(thread: Thread, stage: Stage, now: number): Thread {
  const before = thread.stage;
  if (JSON.stringify(before) === JSON.stringify(stage)) return thread;
  const next = { ...thread, stage };
  switch (stage.is) {
    case "active":
      if (before.is === "active" && before.agent === stage.agent) return next;
      if (!stage.agent) return next;
      return line(next, before.is === "active" && before.agent ? "transferred" : "joined", now, stage.agent);
    case "waiting":
      return before.is === "active" ? line(next, "passed", now) : next;
    case "ended":
      return before.is === "waiting" || before.is === "active" ? line(next, "ended", now) : next;
    case "none":
      return next;
  }
}
