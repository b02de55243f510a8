// The floor as it is now: one stream for all pages, its rows, and how far they can be trusted.

import { SvelteSet } from "svelte/reactivity";
import type { AgentEventRow, AgentRow, ConversationRow, MessageRow, QueueRow } from "../api";
import { Clock } from "./clock.svelte";
import { oncePerFrame } from "./frames";
import type { EndReason, Message, Topic, Viewer } from "./messages";
import { Reader, type Change } from "./reader";
import { Rows } from "./rows.svelte";
import { shared } from "./shared";
import { Line, type Open } from "./socket";

/** Topics that nobody listens to any more are given up after this, so that changing pages changes nothing. */
const GRACE_MS = 5_000;

/** Rows are old when the server was silent for so long. */
const STALE_MS = 15_000;

/** How the page and the server stand to each other. Instants are of the browser's clock, in epoch milliseconds. */
export type Connection =
  /** Nobody listens, or nobody is signed in. */
  | { state: "idle" }
  /** The first time. */
  | { state: "connecting" }
  | { state: "live" }
  /** It broke, and comes again by itself; `since` is when. */
  | { state: "reconnecting"; since: number }
  /** It does not come again by itself. */
  | { state: "ended"; reason: EndReason };

/** Ends after which coming again is of no use before somebody did something. */
const FINAL: ReadonlySet<EndReason> = new Set<EndReason>([
  "session_ended",
  "key_revoked",
  "not_subscribed",
  "too_many_errors",
  "too_many_messages",
]);

/** What a stream needs of the world; the console gives the real ones, tests give others. */
export type World = {
  open: Open;
  /** Runs work once before the next picture. */
  batch?: (work: () => void) => () => void;
  /** The server knows us no more. */
  ended?: (reason: EndReason) => void;
  /** The stream was refused before it opened: are we still known? */
  refused?: () => void;
};

/** The stream and what it brought. There is one for the page, `live` of lib/live. */
export class Live {
  /** Agents in sight, with the topic `agents`. */
  readonly agents = new Rows<AgentRow>(shared);
  /** Queues in sight, with the topic `queues`. */
  readonly queues = new Rows<QueueRow>();
  /** Conversations in sight, with `conversations` or a `conversation:cv_…`. */
  readonly conversations = new Rows<ConversationRow>();
  /** The server's clock. */
  readonly clock = new Clock();

  #connection = $state.raw<Connection>({ state: "idle" });
  #viewer = $state<Viewer>("self");
  #position = $state(0);
  #heardAt = $state(0);
  #lastHeard = 0;
  #known = new SvelteSet<Topic>();
  /** Topics that the server does not know: what they cost is theirs alone. */
  #refused = new SvelteSet<Topic>();

  readonly #reader = new Reader();
  readonly #line: Line;
  readonly #batch: () => void;
  #changes: Change[] = [];
  #wanted = new Map<Topic, number>();
  /** What the server was last asked for on this connection, and whether it has answered. */
  #asked: { topics: Topic[]; answered: boolean } | undefined;
  #running = false;
  /** When it is looked what more is wanted, and what is wanted no more. */
  #more: ReturnType<typeof setTimeout> | undefined;
  #less: ReturnType<typeof setTimeout> | undefined;

  readonly #events = new Set<(rows: readonly AgentEventRow[]) => void>();
  readonly #messages = new Set<(rows: readonly MessageRow[]) => void>();
  readonly #anew = new Set<(topics: ReadonlySet<Topic>) => void>();

  constructor(private readonly world: World) {
    this.#batch = (world.batch ?? oncePerFrame)(() => this.#apply());
    this.#line = new Line(world.open, {
      opened: () => this.#opened(),
      message: (message) => this.#heard(message),
      closed: (opened) => this.#closed(opened),
    });
  }

  /** How it stands. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Which of a row's lists of allowed actions is the viewer's: `row.allowed[live.viewer]`. */
  get viewer(): Viewer {
    return this.#viewer;
  }

  /** The position up to which the rows are shown. */
  get position(): number {
    return this.#position;
  }

  /** How long the server has been silent, in milliseconds; it beats every ten seconds. */
  get age(): number {
    const now = this.clock.now;
    return this.#heardAt === 0 ? 0 : Math.max(0, now - this.#heardAt);
  }

  /** The rows are too old to act on without a second look. */
  get stale(): boolean {
    return (
      this.#heardAt !== 0 && (this.#connection.state !== "live" ? this.age > 3_000 : this.age > STALE_MS)
    );
  }

  /** Whether all rows of a topic are there: before that an empty list means nothing. */
  knows(topic: Topic): boolean {
    return this.#known.has(topic);
  }

  /** Whether the server says that there is no such topic. */
  refuses(topic: Topic): boolean {
    return this.#refused.has(topic);
  }

  /** Listens to topics until the returned function is called. In a component, use `listen` of lib/live. */
  subscribe(...topics: Topic[]): () => void {
    for (const topic of topics) this.#wanted.set(topic, (this.#wanted.get(topic) ?? 0) + 1);
    this.#soon();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      for (const topic of topics) {
        const left = (this.#wanted.get(topic) ?? 1) - 1;
        if (left > 0) this.#wanted.set(topic, left);
        else this.#wanted.delete(topic);
      }
      clearTimeout(this.#less);
      this.#less = setTimeout(() => this.#settle(true), GRACE_MS);
    };
  }

  /** Calls back with the rows of the agents' history, each once and in order; needs the topic `agent_events`. */
  onEvents(take: (rows: readonly AgentEventRow[]) => void): () => void {
    this.#events.add(take);
    return () => this.#events.delete(take);
  }

  /** Calls back with new messages of the conversations that were subscribed to one by one. */
  onMessages(take: (rows: readonly MessageRow[]) => void): () => void {
    this.#messages.add(take);
    return () => this.#messages.delete(take);
  }

  /**
   * Calls back with the topics that begin here, all of them after a snapshot: of these, events and messages may have
   * passed unheard, and are to be read over REST.
   */
  onAnew(take: (topics: ReadonlySet<Topic>) => void): () => void {
    this.#anew.add(take);
    return () => this.#anew.delete(take);
  }

  /** Somebody is signed in: from now on pages are served. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#soon();
  }

  /** Signs off for good: the person's link to the floor is gone at once, not after its grace. */
  bye(): void {
    this.#line.say({ bye: true });
    this.stop();
  }

  /** Ends the stream and forgets everything it brought. */
  stop(): void {
    this.#running = false;
    this.#line.stop();
    clearTimeout(this.#more);
    clearTimeout(this.#less);
    this.#forget();
    this.#connection = { state: "idle" };
    this.#heardAt = this.#lastHeard = 0;
  }

  /** Comes again now, instead of after the pause. */
  retry(): void {
    if (!this.#running) return;
    this.#connection = { state: "reconnecting", since: Date.now() };
    this.#line.start();
    this.#line.again(true);
  }

  #forget(): void {
    this.#reader.forget();
    this.#changes = [];
    this.#asked = undefined;
    this.#known.clear();
    this.#refused.clear();
    this.agents.replace([]);
    this.queues.replace([]);
    this.conversations.replace([]);
  }

  /** Looks a moment later what the pages want: those that come in one go are one change. */
  #soon(): void {
    clearTimeout(this.#more);
    this.#more = setTimeout(() => this.#settle(false), 0);
  }

  #settle(mayShrink: boolean): void {
    if (!this.#running || this.#connection.state === "ended") return;
    if (this.#wanted.size === 0) return this.#rest();
    if (this.#connection.state === "idle") {
      this.#connection = { state: "connecting" };
      this.#line.start();
    } else if (this.#line.isOpen) {
      const had = new Set(this.#asked?.topics);
      const grows = this.#topics().some((topic) => !had.has(topic));
      if (grows || mayShrink) this.#ask();
    }
  }

  /** Nobody listens, yet the link of an agent is their stream: it stays open with what it has. */
  #rest(): void {
    if (this.#asked === undefined && this.#connection.state !== "idle") {
      this.#line.stop();
      this.#connection = { state: "idle" };
    }
  }

  #opened(): void {
    this.#reader.reopened();
    const before = this.#asked;
    this.#asked = undefined;
    const same = before !== undefined && before.answered && sameTopics(before.topics, this.#topics());
    this.#ask(same ? this.#reader.at : undefined);
  }

  /**
   * Asks for what is wanted, if that is news. Fewer topics go on where the stream is, and so do single conversations
   * whose rows come anyway; all else begins with a snapshot.
   */
  #ask(since?: number): void {
    const topics = this.#topics().sort();
    if (topics.length === 0) return this.#rest();
    let begun: Topic[] = [];
    if (this.#asked !== undefined) {
      if (!this.#asked.answered || sameTopics(this.#asked.topics, topics)) return;
      const had = new Set(this.#asked.topics);
      const added = topics.filter((topic) => !had.has(topic));
      const rowsCome = had.has("conversations") && topics.includes("conversations");
      if (added.every((topic) => rowsCome && topic.startsWith("conversation:"))) {
        since = this.#reader.at;
        this.#keepOnly(topics);
        if (since !== undefined) begun = added;
      }
    }
    this.#asked = { topics, answered: since !== undefined };
    this.#line.say(since === undefined ? { subscribe: topics } : { subscribe: topics, since });
    if (begun.length > 0) this.#begin(begun);
  }

  /** From here on nothing of these topics is missed. */
  #begin(topics: readonly Topic[]): void {
    for (const topic of topics) this.#known.add(topic);
    const begun = new Set(topics);
    for (const take of [...this.#anew]) take(begun);
  }

  /** What is wanted and can be had. */
  #topics(): Topic[] {
    return [...this.#wanted.keys()].filter((topic) => !this.#refused.has(topic));
  }

  #keepOnly(topics: Topic[]): void {
    const stays = new Set(topics);
    this.#apply();
    for (const topic of [...this.#known]) if (!stays.has(topic)) this.#known.delete(topic);
    if (!stays.has("agents")) this.agents.replace([]);
    if (!stays.has("queues")) this.queues.replace([]);
    if (!stays.has("conversations")) this.conversations.keep((row) => stays.has(`conversation:${row.id}`));
  }

  #heard(message: Message): void {
    // Who is refused or ended at once, time after time, waits longer each time.
    if (message.type !== "error" && message.type !== "end") this.#line.proved();
    if ("server_time" in message) this.clock.told(message.server_time);
    this.#lastHeard = this.clock.exact();
    const change = this.#reader.take(message);
    if (change !== undefined) this.#changes.push(change);
    switch (message.type) {
      case "end":
        return this.#over(message.reason);
      case "error":
        return this.#mistaken(message.code, message.detail);
      case "resync":
        if (this.#asked !== undefined) this.#asked.answered = false;
    }
    if (change?.kind === "all" && this.#asked !== undefined) {
      this.#asked.answered = true;
      // Somebody may have come while the answer was on its way.
      this.#soon();
    }
    this.#batch();
  }

  /** Everything that came since the last picture, in one go. */
  #apply(): void {
    const changes = this.#changes;
    this.#changes = [];
    this.#heardAt = this.#lastHeard;
    if (this.#connection.state === "connecting" || this.#connection.state === "reconnecting") {
      // Until what was asked for is there, rows are those of before.
      if (this.#asked?.answered) this.#connection = { state: "live" };
    }
    for (const change of changes) {
      if (change.kind === "all") this.#all(change);
      else this.#some(change);
    }
    if (this.#reader.at !== undefined) this.#position = this.#reader.at;
  }

  #all({ snapshot, viewer }: Change & { kind: "all" }): void {
    this.#viewer = viewer;
    this.agents.replace(snapshot.agents);
    this.queues.replace(snapshot.queues);
    this.conversations.replace(snapshot.conversations);
    this.#known.clear();
    this.#begin(this.#asked?.topics ?? []);
  }

  #some({ frame }: Change & { kind: "some" }): void {
    const put = frame.put ?? [];
    const drop = frame.drop ?? [];
    this.agents.put(put.flatMap((row) => row.agent ?? []));
    this.queues.put(put.flatMap((row) => row.queue ?? []));
    this.conversations.put(put.flatMap((row) => row.conversation ?? []));
    this.agents.drop(drop.flatMap((row) => row.agent ?? []));
    this.queues.drop(drop.flatMap((row) => row.queue ?? []));
    this.conversations.drop(drop.flatMap((row) => row.conversation ?? []));
    if (frame.events?.length) for (const take of [...this.#events]) take(frame.events);
    if (frame.messages?.length) for (const take of [...this.#messages]) take(frame.messages);
  }

  #closed(opened: boolean): void {
    if (this.#connection.state === "live" || this.#connection.state === "connecting") {
      this.#connection = { state: "reconnecting", since: Date.now() };
    }
    if (!opened) this.world.refused?.();
  }

  #over(reason: EndReason): void {
    this.#apply();
    if (FINAL.has(reason)) {
      this.#line.stop();
      this.#connection = { state: "ended", reason };
      this.world.ended?.(reason);
      return;
    }
    this.#connection = { state: "reconnecting", since: Date.now() };
    if (reason === "scope_changed") this.#asked = undefined;
    this.#line.again(reason === "scope_changed");
  }

  /** What was asked for was not done. */
  #mistaken(code: string, detail: string): void {
    if (code === "no_link") return;
    if (code === "since_ahead") {
      this.#reader.forget();
      this.#asked = undefined;
      return this.#ask();
    }
    if (code === "unknown_topic" && this.#drop(detail)) return;
    console.warn(`The stream refused: ${code}. ${detail}`);
    this.#line.again(false);
  }

  /** Goes on without the topic at fault, which the server names first; else without the newest conversations. */
  #drop(detail: string): boolean {
    const asked = this.#asked?.topics ?? [];
    const named = /^"([^"]*)"/.exec(detail)?.[1];
    const single = asked.filter((topic) => topic.startsWith("conversation:"));
    const wrong = asked.some((topic) => topic === named) ? single.filter((topic) => topic === named) : single;
    if (wrong.length === 0) return false;
    for (const topic of wrong) {
      this.#refused.add(topic);
      this.#known.delete(topic);
    }
    // Where the stream went on, it still goes on from there.
    const since = this.#asked?.answered ? this.#reader.at : undefined;
    this.#asked = undefined;
    this.#ask(since);
    return true;
  }
}

function sameTopics(one: readonly Topic[], other: readonly Topic[]): boolean {
  return one.length === other.length && one.every((topic) => other.includes(topic));
}
