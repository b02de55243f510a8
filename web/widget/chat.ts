// One visitor's chat: what they do goes to the server, what it tells comes into the thread.

import { EMAIL_BYTES_MAX, HURRY_MS_MIN, LOOKS_MS, NAME_CHARS_MAX, SHUT_MS, TRIES_MAX } from "./limits";
import { type Frame, Line, type Standing as Standings, backoff, spread } from "./line";
import type { Memory } from "./memory";
import type { Looks, No, Server, Who } from "./server";
import {
  EMPTY,
  type Input,
  type Message,
  type Standing,
  type Thread,
  newest,
  newestAt,
  outbox,
  step,
  unread,
} from "./thread";

/** What is known of the widget itself. */
export type Widget =
  | { readonly is: "asking" }
  | { readonly is: "known"; readonly looks: Looks }
  | { readonly is: "no"; readonly no: No };

/** Everything a page shows. */
export interface Shown {
  readonly widget: Widget;
  readonly thread: Thread;
  readonly line: Standings;
  readonly open: boolean;
  /** It opened by itself: what the visitor is at is not taken from them. */
  readonly quietly: boolean;
  readonly unread: number;
  readonly who: Who;
  /** Whether to ask the visitor for their name. */
  readonly asks: boolean;
  readonly sound: boolean;
  /** Why the last thing that was asked for was not done; gone with the next thing. */
  readonly no: No | undefined;
  /** The chat is being ended. */
  readonly ending: boolean;
  /** After the end, the visitor wants to write again. */
  readonly anew: boolean;
  /** Counts those who were forgotten here: nothing of one is left on the page for the next. */
  readonly visitor: number;
}

/** What a page may be told of, by `Readyroom.on`. */
export interface Tells {
  open: undefined;
  close: undefined;
  message: { name: string | undefined; text: string };
  stage: Thread["stage"]["is"];
  unread: number;
}

export class Chat {
  readonly #server: Server;
  readonly #memory: Memory;
  readonly #line: Line;
  readonly #watchers = new Set<() => void>();
  readonly #ears = new Map<string, Set<(told: never) => void>>();
  #shown: Shown;
  readonly #asksWho: boolean;
  /** The token of which the thread was read, and that of the line. */
  #readOf: string | undefined;
  #lineOf: string | undefined;
  #readers: (() => void)[] = [];
  #offset = 0;
  #tokened: Promise<string | No> | undefined;
  #sending = false;
  #tries = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  /** Until then the server wants to hear nothing from this visitor. */
  #rests = 0;
  /** The widget is asked about at most once at a time, by one timer, and in between not before this instant. */
  #asking = false;
  #asks: ReturnType<typeof setTimeout> | undefined;
  #asksFrom = 0;
  #misses = 0;
  #hurried = 0;

  constructor(server: Server, memory: Memory, { asks }: { readonly asks: boolean } = { asks: true }) {
    this.#server = server;
    this.#memory = memory;
    const { kept, desk } = memory;
    let thread: Thread = EMPTY;
    for (const { key, text, at, after } of desk.outbox ?? [])
      thread = step(thread, { is: "wrote", key, text, now: at, after });
    this.#asksWho = asks;
    this.#shown = {
      widget: { is: "asking" },
      thread,
      line: { is: "closed" },
      open: false,
      quietly: false,
      unread: 0,
      who: kept.who ?? {},
      asks: asks && !kept.unasked,
      sound: kept.sound ?? false,
      no: undefined,
      ending: false,
      anew: false,
      visitor: 0,
    };
    this.#line = new Line({
      stream: () => server.stream((this.#lineOf = this.#memory.kept.token ?? "")),
      look: () => this.#look(),
      heard: (frame) => this.#heard(frame),
      ended: () => void this.#ask(),
      stands: (line) => {
        this.#show({ line });
        if (line.is === "live" || line.is === "looking") this.#resend();
      },
    });
    memory.watch((gone) => (gone ? this.#clear() : this.#stirred()));
  }

  get shown(): Shown {
    return this.#shown;
  }

  get draft(): string {
    return this.#memory.desk.draft ?? "";
  }

  /** The server's time. */
  now(): number {
    return Date.now() + this.#offset;
  }

  watch(changed: () => void): void {
    this.#watchers.add(changed);
  }

  on<Name extends keyof Tells>(name: Name, heard: (told: Tells[Name]) => void): () => void {
    const ears = this.#ears.get(name) ?? new Set();
    this.#ears.set(name, ears.add(heard as (told: never) => void));
    return () => ears.delete(heard as (told: never) => void);
  }

  /** Finds out what the widget looks like, and goes on where the visitor left. */
  begin(): Promise<void> {
    return this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    clearTimeout(this.#asks);
    const answer = await this.#server.looks();
    this.#asking = false;
    if (answer.ok) return this.#welcome(answer.value);
    const { no } = answer;
    const known = this.#shown.widget.is === "known";
    this.#misses += 1;
    // A browser tells a page that is not allowed from a proxy in trouble as little as we can: once is no proof.
    const first = no.is === "closed" && this.#misses === 1;
    if (!known || no.is === "refused" || (no.is === "closed" && !first))
      this.#show({ widget: { is: "no", no } });
    if (shutBy(this.#shown.widget)) this.#line.close();
    // What is known stays in use while the server is away; it is asked about again when somebody comes back.
    const passes = no.is === "later" || no.is === "unreachable";
    const rest = first ? spread(SHUT_MS) : !passes ? spread(LOOKS_MS) : restOf(no, this.#misses);
    this.#asksFrom = Date.now() + (no.is === "unreachable" ? HURRY_MS_MIN : rest);
    if (!known || !passes) this.#asks = setTimeout(() => void this.#ask(), rest);
  }

  async #welcome(looks: Looks): Promise<void> {
    const before = this.#shown.widget;
    this.#misses = 0;
    this.#asksFrom = Date.now() + LOOKS_MS;
    if (JSON.stringify(before) !== JSON.stringify({ is: "known", looks }))
      this.#show({ widget: { is: "known", looks } });
    if (before.is === "known") return;
    if (this.#memory.kept.token) await this.#look();
    this.#attend();
    this.#resend();
  }

  open({ quietly } = { quietly: false }): void {
    if (this.#shown.open) return;
    this.#memory.put({ open: true });
    this.#show({ open: true, quietly });
    this.#attend();
    this.seen();
    this.#tell("open", undefined);
  }

  close(): void {
    if (!this.#shown.open) return;
    this.#memory.put({ open: undefined });
    this.#show({ open: false, no: undefined });
    this.#attend();
    this.#tell("close", undefined);
  }

  /** Whether the panel was open in this tab before it was loaded again. */
  get wasOpen(): boolean {
    return this.#memory.desk.open ?? false;
  }

  /**
   * Who the visitor is, as far as they or the page say. It is told with their first word; answers whether it will be,
   * or was, as soon as it is known whether there was one.
   */
  async identify(who: Who): Promise<boolean> {
    const { visitor } = this.#shown;
    const known = fitting(who);
    // A page that knows nobody takes nothing back of what the visitor said.
    if (same(known, {})) return false;
    this.#memory.keep({ who: known, unasked: true });
    this.#show({ who: known, asks: false });
    await this.#tokened;
    if (!this.#read) await new Promise<void>((read) => this.#readers.push(read));
    const { token, told = {}, who: last = {} } = this.#memory.kept;
    if (visitor !== this.#shown.visitor || !same(known, last)) return false;
    if (!token || same(known, told)) return true;
    // A visit says once who comes. As long as nothing was said on it, another takes its place.
    const { stage, entries } = this.#shown.thread;
    if (stage.is !== "none" || entries.length > 0) return false;
    this.#memory.keep({ token: undefined });
    return true;
  }

  /** Whoever comes next is somebody else: the chat is ended, and nothing of it stays in this browser. */
  async reset(): Promise<void> {
    const { token } = this.#memory.kept;
    this.#clear();
    // Whoever answers in it should know that nobody reads it any more. Where there is nothing to end, nothing ends.
    if (token) await this.#server.end(token, key());
  }

  #clear(): void {
    this.close();
    this.#line.close();
    clearTimeout(this.#rest);
    [this.#tries, this.#rests, this.#tokened] = [0, 0, undefined];
    this.#memory.forget();
    const before = this.#shown;
    this.#show({
      thread: EMPTY,
      unread: 0,
      who: {},
      asks: this.#asksWho,
      sound: false,
      no: undefined,
      ending: false,
      anew: false,
      visitor: before.visitor + 1,
    });
    this.#tellReaders();
    if (before.thread.stage.is !== "none") this.#tell("stage", "none");
    if (before.unread > 0) this.#tell("unread", 0);
  }

  /** All that was said before is in the thread. Who has no token has said nothing. */
  get #read(): boolean {
    const { token } = this.#memory.kept;
    return !token || token === this.#readOf;
  }

  #tellReaders(): void {
    if (this.#read) for (const read of this.#readers.splice(0)) read();
  }

  unasked(): void {
    this.#memory.keep({ unasked: true });
    this.#show({ asks: false });
  }

  sound(sound: boolean): void {
    this.#memory.keep({ sound });
    this.#show({ sound });
  }

  drafted(draft: string): void {
    this.#memory.put({ draft: draft || undefined });
  }

  /** The visitor says something. */
  write(text: string): void {
    const said = plain(text);
    if (!said) return;
    this.#show({ no: undefined, asks: false });
    const after = this.#read ? newestAt(this.#shown.thread) : undefined;
    this.#take({ is: "wrote", key: key(), text: said, now: this.now(), after });
    this.drafted("");
    this.#hand();
  }

  /** Once more, with the key it has: if it did arrive, it is not said twice. */
  again(key: string): void {
    this.#take({ is: "again", key });
    this.#tries = 0;
    this.#hand();
  }

  async end(): Promise<void> {
    const token = this.#memory.kept.token;
    if (!token || this.#shown.ending) return;
    const { visitor } = this.#shown;
    this.#show({ ending: true, no: undefined });
    const answer = await this.#server.end(token, key());
    if (visitor !== this.#shown.visitor) return;
    const over = answer.ok || (answer.no.is === "refused" && answer.no.status === 409);
    this.#show({ ending: false, ...(over ? {} : { no: (answer as { no: No }).no }) });
    if (!over) return;
    this.#take({ is: "state", state: { stage: "ended" }, now: this.now() });
    this.#stir();
    this.#attend();
  }

  /** The visitor wants to write again: their next word begins a new chat. */
  anew(): void {
    this.#show({ anew: true, no: undefined });
  }

  /** Tries at once what waits for its turn. */
  hurry(): void {
    if (Date.now() - this.#hurried < HURRY_MS_MIN) return;
    this.#hurried = Date.now();
    this.#line.hurry();
    // Before the page was mounted nobody has asked yet, and after it a title or a colour may have changed.
    if (this.#shown.widget.is !== "asking" && Date.now() >= this.#asksFrom) void this.#ask();
    this.#resend();
  }

  /** The page is left or put aside; it may come back as it is. */
  leave(): void {
    this.#line.close();
  }

  comeBack(): void {
    this.#attend();
  }

  /** The visitor has the thread before their eyes. */
  seen(): void {
    if (!this.#shown.open || document.hidden || this.#shown.unread === 0) return;
    this.#memory.keep({ read: newest(this.#shown.thread) });
    this.#count();
  }

  /** A line is held while something can come: in a chat, or while the visitor looks on. */
  #attend(): void {
    const { stage } = this.#shown.thread;
    const running = stage.is === "waiting" || stage.is === "active";
    const { token } = this.#memory.kept;
    if (shutBy(this.#shown.widget) || token !== this.#lineOf) this.#line.close();
    if (shutBy(this.#shown.widget)) return;
    if (token && (running || this.#shown.open)) this.#line.open();
    else this.#line.close();
  }

  async #look(): Promise<No | undefined> {
    const token = this.#memory.kept.token;
    if (!token) return undefined;
    const answer = await this.#server.standing(token);
    // Another tab may have come with another token in the meantime.
    if (token !== this.#memory.kept.token) return undefined;
    if (!answer.ok) {
      if (answer.no.is === "stranger") this.#forgotten();
      return answer.no;
    }
    this.#take({ is: "visit", visit: answer.value, now: this.now() });
    this.#readOf = token;
    this.#tellReaders();
    return undefined;
  }

  #heard(frame: Frame): void {
    if (typeof frame["server_time"] === "string")
      this.#offset = Date.parse(frame["server_time"]) - Date.now() || 0;
    switch (frame.type) {
      // It comes after all that was said before.
      case "heartbeat":
        this.#readOf = this.#lineOf;
        return this.#tellReaders();
      case "state":
        return this.#take({ is: "state", state: frame as unknown as Standing, now: this.now() });
      case "message":
        return this.#take({ is: "message", message: frame as unknown as Message, now: this.now() });
    }
  }

  #take(input: Input): void {
    const before = this.#shown.thread;
    const thread = step(before, input);
    if (thread === before) return;
    this.#memory.put({
      outbox: outbox(thread).map(({ key, text, at, after }) => ({ key, text, at, after })),
    });
    this.#show({ thread });
    this.#count();
    if (thread.stage.is !== before.stage.is) {
      if (thread.stage.is !== "ended") this.#show({ anew: false });
      this.#tell("stage", thread.stage.is);
      this.#attend();
    }
    if (input.is === "message" && input.message.author === "agent" && thread !== before) {
      this.#tell("message", { name: input.message.name ?? undefined, text: input.message.text });
    }
  }

  #count(): void {
    const fresh = unread(this.#shown.thread, this.#memory.kept.read);
    if (fresh === this.#shown.unread) return;
    this.#show({ unread: fresh });
    this.seen();
    this.#tell("unread", this.#shown.unread);
  }

  /** The first of what waits to be said goes; one after the other, so that they stay in order. */
  async #hand(): Promise<void> {
    const first = outbox(this.#shown.thread).find((entry) => entry.how.is === "pending");
    if (this.#sending || !first || Date.now() < this.#rests) return;
    this.#sending = true;
    clearTimeout(this.#rest);
    const { visitor } = this.#shown;
    const no = await this.#deliver(first.key, first.text);
    this.#sending = false;
    if (!no || visitor !== this.#shown.visitor) {
      this.#tries = 0;
      return this.#hand();
    }
    this.#tries += 1;
    const passes = no.is === "later" || no.is === "unreachable";
    if (passes && this.#tries < TRIES_MAX) {
      const rest = restOf(no, this.#tries);
      if (no.is === "later") {
        this.#show({ no });
        this.#rests = Date.now() + rest;
      }
      this.#rest = setTimeout(() => void this.#hand(), rest);
      return;
    }
    // What could not be said holds back what was to follow it.
    const why = passes ? "unreachable" : no.is;
    for (const { key, how } of outbox(this.#shown.thread))
      if (how.is === "pending") this.#take({ is: "unsent", key, why });
    this.#tries = 0;
    this.#show({ no });
  }

  async #deliver(key: string, text: string): Promise<No | undefined> {
    const token = await this.#token();
    if (typeof token !== "string") return token;
    const began = this.#shown.thread.stage;
    const { visitor } = this.#shown;
    const answer = await this.#server.write(token, text, key);
    if (visitor !== this.#shown.visitor) return undefined;
    if (!answer.ok) {
      if (answer.no.is !== "stranger") return answer.no;
      this.#memory.keep({ token: undefined });
      return { is: "later", after_s: 0, often: false };
    }
    const { id, at } = answer.value;
    const now = Date.parse(String(at)) || this.now();
    this.#take({ is: "sent", key, now, ...(id === undefined ? {} : { id: String(id) }) });
    this.#show({ no: undefined });
    if (began.is === "none" || began.is === "ended") this.#stir();
    this.#attend();
    // Where a stream is open or opening, it tells how the chat stands now.
    if (id === undefined || this.#shown.line.is === "looking" || this.#shown.line.is === "closed")
      await this.#look();
    return undefined;
  }

  /** A visitor who says nothing is nobody: their token is asked for with their first word. */
  async #token(): Promise<string | No> {
    const { token, who: told = {} } = this.#memory.kept;
    if (token) return token;
    const { visitor } = this.#shown;
    this.#tokened ??= this.#server.visit(told, key()).then((answer) => {
      if (visitor !== this.#shown.visitor) return { is: "stranger" };
      this.#tokened = undefined;
      if (!answer.ok) return answer.no;
      this.#memory.keep({ token: answer.value.token, told });
      this.#readOf = answer.value.token;
      return answer.value.token;
    });
    return this.#tokened;
  }

  /** What was held back by the line goes once it stands again. */
  #resend(): void {
    for (const { key, how } of outbox(this.#shown.thread)) {
      if (how.is === "failed" && how.why === "unreachable") this.#take({ is: "again", key });
    }
    void this.#hand();
  }

  #forgotten(): void {
    this.#memory.keep({ token: undefined, read: undefined });
    this.#take({ is: "state", state: { stage: "ended" }, now: this.now() });
    this.#attend();
    this.#tellReaders();
  }

  #stir(): void {
    this.#memory.keep({ stirred: key() });
  }

  #stirred(): void {
    const { kept } = this.#memory;
    this.#show({ who: kept.who ?? {}, sound: kept.sound ?? false, asks: !kept.unasked && this.#shown.asks });
    this.#count();
    if (kept.token) void this.#look().then(() => this.#attend());
  }

  #show(change: { [name in keyof Shown]?: Shown[name] }): void {
    this.#shown = { ...this.#shown, ...change };
    for (const changed of this.#watchers) changed();
  }

  #tell<Name extends keyof Tells>(name: Name, told: Tells[Name]): void {
    for (const heard of this.#ears.get(name) ?? []) {
      try {
        (heard as (told: Tells[Name]) => void)(told);
      } catch (error) {
        // A page's own mistake is the page's to see, and does not stop the chat.
        reportError(error);
      }
    }
  }
}

/** Nobody can write here, and waiting does not help. */
export function shutBy(widget: Widget): No | undefined {
  const no = widget.is === "no" ? widget.no : undefined;
  return no?.is === "refused" || no?.is === "closed" ? no : undefined;
}

/** How long to wait after a no that passes. */
function restOf(no: No, tries: number): number {
  return no.is === "later" ? no.after_s * 1_000 : backoff(tries);
}

function same(one: Who, other: Who): boolean {
  return one.name === other.name && one.email === other.email;
}

/** What a page says of its visitor, as far as the server would take it. */
function fitting({ name, email }: Who): Who {
  const [called, mail] = [plain(String(name ?? "")).replace(/\s+/g, " "), String(email ?? "").trim()];
  const mails =
    /^[^@\s\p{Cc}]+@[^@\s\p{Cc}]+$/u.test(mail) && new TextEncoder().encode(mail).length <= EMAIL_BYTES_MAX;
  return {
    ...(called ? { name: [...called].slice(0, NAME_CHARS_MAX).join("") } : {}),
    ...(mails ? { email: mail } : {}),
  };
}

/** As the server takes it down: what nobody can see goes, and so do spaces around it. */
function plain(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/(?![\n\t])\p{Cc}/gu, "")
    .trim();
}

/** A key under which a request is done once. `randomUUID` exists on secure pages only. */
function key(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
