// A chat against a server of a few lines: what is sent, how often, under which key, and what a page may rely on.

import { type MockInstance, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Chat } from "./chat";
import { HURRY_MS_MIN, LOOKS_MS, SHUT_MS, SILENCE_MS_MAX, TRIES_MAX } from "./limits";
import { backoff } from "./line";
import { Memory } from "./memory";
import { Server } from "./server";
import type { Message } from "./thread";

interface Asked {
  readonly path: string;
  readonly key: string | undefined;
  readonly token: string | undefined;
  readonly body: { text?: string; name?: string; email?: string };
}

/** Answers like the server, in memory. `next` takes the place of the next answers. */
class Desk {
  asked: Asked[] = [];
  next: (Response | "broken" | "lost")[] = [];
  token = "vt_1";
  looks = { name: "Northlight", greeting: "Hello", color: "#3257d6" };
  stage = "none";
  agent: string | undefined;
  place: number | undefined;
  messages: Message[] = [];
  #done = new Map<string, string>();

  fetch = async (
    address: string,
    { method, headers, body }: { method: string; headers: Record<string, string>; body?: string },
  ): Promise<Response> => {
    const path = `${method} ${address.replace(/^.*\/wg_1/, "")}`;
    const key = headers["idempotency-key"];
    const asked = {
      path,
      key,
      token: headers["authorization"]?.replace("Bearer ", ""),
      body: JSON.parse(body ?? "{}"),
    };
    this.asked.push(asked);
    const instead = this.next.shift();
    if (instead instanceof Response) return instead;
    if (instead === "broken") throw new TypeError("Failed to fetch");
    const answer = (key && this.#done.get(key)) || JSON.stringify(this.#answer(asked));
    if (key) this.#done.set(key, answer);
    // It was done, and nobody learned of it.
    if (instead === "lost") throw new TypeError("Failed to fetch");
    return new Response(answer);
  };

  #answer({ path, body }: Asked): unknown {
    switch (path) {
      case "GET ":
        return this.looks;
      case "POST /visits":
        return { token: this.token };
      case "GET /visit":
        return { stage: this.stage, place: this.place, agent: this.agent, messages: this.messages };
      case "POST /messages":
        if (this.stage === "none" || this.stage === "ended") {
          [this.stage, this.place] = ["waiting", 2];
          for (const socket of Socket.all)
            socket.hears({ type: "state", stage: this.stage, place: this.place });
        }
        this.messages.push({
          id: `m${this.messages.length + 1}`,
          author: "client",
          text: body.text ?? "",
          at: new Date().toISOString(),
        });
        return this.messages.at(-1);
      case "POST /end":
        this.stage = "ended";
        return {};
      default:
        throw new Error(path);
    }
  }

  of(path: string): Asked[] {
    return this.asked.filter((asked) => asked.path === path);
  }
}

class Socket {
  static all: Socket[] = [];
  static refused = false;
  static silent = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((closed?: { code: number }) => void) | null = null;
  closed = false;
  readonly address: string;
  readonly protocols: string[];

  constructor(address: string, protocols: string[]) {
    [this.address, this.protocols] = [address, protocols];
    Socket.all.push(this);
    setTimeout(() => {
      if (Socket.refused) return this.onclose?.();
      this.onopen?.();
      this.hears({ type: "state", stage: desk.stage, place: desk.place, agent: desk.agent });
      for (const message of desk.messages) this.hears({ type: "message", ...message });
    }, 5);
    setInterval(
      () => Socket.silent || this.hears({ type: "heartbeat", server_time: new Date().toISOString() }),
      10_000,
    );
  }

  close(): void {
    this.closed = true;
  }

  hears(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

let desk: Desk;
let tabs: MockInstance<typeof window.addEventListener>;
const problem = (status: number, code: string, more: Record<string, string> = {}) =>
  new Response(JSON.stringify({ code }), { status, headers: more });
const chat = () => new Chat(new Server("https://chat.example/base/widget.js", "wg_1"), new Memory("wg_1"));
const told = (chat: Chat) =>
  chat.shown.thread.entries.map((entry) =>
    entry.is === "line" ? entry.what : entry.is === "mine" ? `${entry.how.is} ${entry.text}` : entry.text,
  );
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-03-02T09:00:00Z") });
  desk = new Desk();
  [Socket.all, Socket.refused, Socket.silent] = [[], false, false];
  localStorage.clear();
  sessionStorage.clear();
  vi.stubGlobal("fetch", desk.fetch);
  vi.stubGlobal("WebSocket", Socket);
  tabs = vi.spyOn(window, "addEventListener");
});
afterEach(() => {
  // A page that is gone hears nothing more.
  for (const [event, heard] of tabs.mock.calls) window.removeEventListener(event, heard as EventListener);
  vi.clearAllTimers();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function begun(): Promise<Chat> {
  const visitor = chat();
  await visitor.begin();
  visitor.open();
  visitor.write("Hello");
  await pass(50);
  return visitor;
}

describe("a visitor", () => {
  it("who only looks is nobody", async () => {
    const visitor = chat();
    await visitor.begin();
    visitor.open();
    await pass(60_000);
    expect(desk.asked.map(({ path }) => path)).toEqual(["GET "]);
    expect(Socket.all).toEqual([]);
  });

  it("comes with their first word, and says who they are with it", async () => {
    const visitor = chat();
    await visitor.begin();
    visitor.open();
    visitor.identify({ name: "Olga", email: "olga@example.com" });
    visitor.write("  Hello  ");
    expect(told(visitor)).toEqual(["pending Hello"]);
    await pass(50);
    expect(desk.of("POST /visits")[0]?.body).toEqual({ name: "Olga", email: "olga@example.com" });
    expect(desk.of("POST /messages")[0]).toMatchObject({ token: "vt_1", body: { text: "Hello" } });
    expect(told(visitor)).toEqual(["Hello"]);
    expect(visitor.shown.thread.stage).toEqual({ is: "waiting", place: 2 });
    expect(Socket.all.at(-1)).toMatchObject({
      address: "wss://chat.example/base/v1/chat/wg_1/stream",
      protocols: ["readyroom.chat", "vt_1"],
    });
  });

  it("is told to the server only as far as it would take it", async () => {
    const visitor = chat();
    await visitor.begin();
    visitor.open();
    visitor.identify({ name: ` O\nl${"g".repeat(200)}`, email: "no address" });
    visitor.write("Hello");
    await pass(50);
    expect(desk.of("POST /visits")[0]?.body).toEqual({ name: `O l${"g".repeat(97)}` });
  });

  it("says several things in their order, one request after the other", async () => {
    const visitor = await begun();
    for (const text of ["one", "two", "three"]) visitor.write(text);
    await pass(50);
    expect(desk.of("POST /messages").map(({ body }) => body.text)).toEqual(["Hello", "one", "two", "three"]);
    expect(desk.of("POST /visits")).toHaveLength(1);
  });

  it("leaves, and may write again in the same thread", async () => {
    const visitor = await begun();
    await visitor.end();
    expect(visitor.shown.thread.stage).toEqual({ is: "ended" });
    expect(told(visitor)).toEqual(["Hello", "ended"]);
    visitor.anew();
    visitor.write("One more thing");
    await pass(50);
    expect(told(visitor)).toEqual(["Hello", "ended", "One more thing"]);
    expect(visitor.shown).toMatchObject({ anew: false, thread: { stage: { is: "waiting" } } });
    expect(desk.of("POST /visits")).toHaveLength(1);
  });
});

describe("a page that knows its visitor", () => {
  const tokenOf = () => new Memory("wg_1").kept.token;

  it("says so while the thread is not read yet, and the thread stays", async () => {
    (await begun()).leave();
    const again = chat();
    const begins = again.begin();
    const taken = again.identify({ name: "Olga" });
    await begins;
    expect(await taken).toBe(false);
    expect(told(again)).toEqual(["Hello"]);
    again.write("Still here");
    await pass(50);
    expect(desk.of("POST /visits")).toHaveLength(1);
    expect(desk.of("POST /messages").at(-1)).toMatchObject({ token: "vt_1", body: { text: "Still here" } });
  });

  it("is heard where nothing was said yet, even on a token that was given already", async () => {
    new Memory("wg_1").keep({ token: "vt_0" });
    const visitor = chat();
    const taken = visitor.identify({ name: "Olga" });
    await visitor.begin();
    expect(await taken).toBe(true);
    visitor.write("Hello");
    await pass(50);
    expect(desk.of("POST /visits")[0]?.body).toEqual({ name: "Olga" });
    expect(desk.of("POST /messages")[0]).toMatchObject({ token: "vt_1" });
  });

  it("may say it on every page: it was taken once and stays so", async () => {
    const visitor = chat();
    await visitor.begin();
    expect(await visitor.identify({ name: "Olga" })).toBe(true);
    visitor.write("Hello");
    await pass(50);
    visitor.leave();
    const again = chat();
    const taken = again.identify({ name: "Olga" });
    await again.begin();
    expect(await taken).toBe(true);
    expect(await again.identify({ name: "Olga", email: "olga@example.com" })).toBe(false);
    expect(desk.of("POST /visits")).toHaveLength(1);
  });

  it("comes too late while the first word is on its way", async () => {
    const visitor = chat();
    await visitor.begin();
    visitor.write("Hello");
    expect(await visitor.identify({ name: "Olga" })).toBe(false);
    await pass(50);
    expect(desk.of("POST /visits").map(({ body }) => body)).toEqual([{}]);
  });

  it("says nothing with nothing", async () => {
    const visitor = chat();
    await visitor.identify({ name: "Olga" });
    expect(await visitor.identify({ name: " ", email: "no address" })).toBe(false);
    expect(visitor.shown.who).toEqual({ name: "Olga" });
  });

  it("can have them forgotten: the chat ends, and whoever comes next is somebody else", async () => {
    const visitor = await begun();
    await visitor.identify({ name: "Olga" });
    visitor.drafted("half a wo");
    const stages: string[] = [];
    visitor.on("stage", (stage) => stages.push(stage));
    await visitor.reset();
    expect(desk.of("POST /end")).toMatchObject([{ token: "vt_1" }]);
    expect(visitor.shown).toMatchObject({ open: false, who: {}, asks: true, thread: { entries: [] } });
    expect([localStorage.length, visitor.draft, stages]).toEqual([0, "", ["none"]]);
    expect(visitor.shown.line).toEqual({ is: "closed" });
    [desk.token, desk.stage, desk.messages] = ["vt_2", "none", []];
    visitor.open();
    visitor.write("Hello, I am new");
    await pass(50);
    expect(told(visitor)).toEqual(["Hello, I am new"]);
    expect([tokenOf(), desk.of("POST /visits").at(-1)?.body]).toEqual(["vt_2", {}]);
    expect(Socket.all.at(-1)?.protocols).toEqual(["readyroom.chat", "vt_2"]);
  });

  it("forgets what was on its way", async () => {
    const visitor = chat();
    await visitor.begin();
    visitor.write("From the one before");
    void visitor.reset();
    await pass(50);
    expect([told(visitor), tokenOf(), desk.messages]).toEqual([[], undefined, []]);
    visitor.write("From the next");
    await pass(50);
    expect(desk.messages.map(({ text }) => text)).toEqual(["From the next"]);
  });

  it("forgets in all tabs", async () => {
    const [one, other] = [await begun(), chat()];
    await other.begin();
    await pass(50);
    other.drafted("half a wo");
    await one.reset();
    const removed = { key: "readyroom:wg_1", newValue: null };
    window.dispatchEvent(Object.assign(new Event("storage"), removed));
    expect([told(other), other.draft, other.shown.line.is]).toEqual([[], "", "closed"]);
    expect(desk.of("POST /end")).toHaveLength(1);
  });
});

describe("a request that broke", () => {
  it("is tried again under its key, and what was done is not done twice", async () => {
    const visitor = await begun();
    desk.next = ["lost"];
    visitor.write("Once");
    await pass(10_000);
    const once = desk.of("POST /messages").filter(({ body }) => body.text === "Once");
    expect(once.length).toBe(2);
    expect(new Set(once.map(({ key }) => key)).size).toBe(1);
    expect(desk.messages.map(({ text }) => text)).toEqual(["Hello", "Once"]);
    expect(told(visitor)).toEqual(["Hello", "Once"]);
  });

  it("is given up after a few tries, and goes under the same key when its writer says so", async () => {
    const visitor = await begun();
    desk.next = Array(TRIES_MAX).fill("broken");
    visitor.write("Stubborn");
    visitor.write("Behind it");
    await pass(60_000);
    expect(told(visitor)).toEqual(["Hello", "failed Stubborn", "failed Behind it"]);
    const [stubborn] = visitor.shown.thread.entries.filter((entry) => entry.is === "mine");
    visitor.again(stubborn?.key ?? "");
    await pass(50);
    const tries = desk.of("POST /messages").filter(({ body }) => body.text === "Stubborn");
    expect(tries).toHaveLength(TRIES_MAX + 1);
    expect(new Set(tries.map(({ key }) => key)).size).toBe(1);
    expect(desk.messages.map(({ text }) => text)).toContain("Stubborn");
  });

  it("goes by itself once the line stands again", async () => {
    const visitor = await begun();
    desk.next = Array(TRIES_MAX).fill("broken");
    visitor.write("Later");
    await pass(30_000);
    expect(told(visitor)).toContain("failed Later");
    visitor.hurry();
    await pass(50);
    expect(told(visitor)).toEqual(["Hello", "Later"]);
  });

  it("survives that the page is loaded again", async () => {
    const visitor = await begun();
    desk.next = Array(100).fill("broken");
    visitor.write("Before the reload");
    await pass(50);
    const key = desk.of("POST /messages").at(-1)?.key;
    visitor.leave();
    desk.next = [];
    const again = chat();
    await again.begin();
    await pass(50);
    expect(told(again)).toEqual(["Hello", "Before the reload"]);
    expect(desk.of("POST /messages").at(-1)).toMatchObject({ key, body: { text: "Before the reload" } });
  });
});

it("what is written is sent although the same was said before, and the page left before it went", async () => {
  const visitor = await begun();
  visitor.write("ok");
  await pass(50);
  await visitor.end();
  vi.setSystemTime(Date.now() + 7 * 86_400_000);
  desk.next = Array(100).fill("broken");
  visitor.write("ok");
  visitor.leave();
  await pass(0);
  desk.next = [];
  const again = chat();
  await again.begin();
  await pass(50);
  expect(told(again)).toEqual(["Hello", "ok", "ended", "ok"]);
  expect(desk.messages.map(({ text }) => text)).toEqual(["Hello", "ok", "ok"]);
});

it("what is written before the thread was read is sent whatever stands in it", async () => {
  const visitor = await begun();
  visitor.leave();
  const again = chat();
  const begins = again.begin();
  again.write("Hello");
  await begins;
  await pass(50);
  expect(told(again)).toEqual(["Hello", "Hello"]);
  expect(desk.messages.map(({ text }) => text)).toEqual(["Hello", "Hello"]);
});

describe("a no", () => {
  it("of one who writes too much waits as long as the server says", async () => {
    const visitor = await begun();
    desk.next = [problem(429, "too_often", { "retry-after": "7" })];
    visitor.write("Fast");
    await pass(6_900);
    expect(visitor.shown.no).toEqual({ is: "later", after_s: 7, often: true });
    expect(told(visitor)).toEqual(["Hello", "pending Fast"]);
    await pass(200);
    expect(told(visitor)).toEqual(["Hello", "Fast"]);
    expect(visitor.shown.no).toBeUndefined();
  });

  it("to a visitor who is blocked stands, and is not asked again", async () => {
    const visitor = await begun();
    desk.next = [problem(403, "blocked")];
    visitor.write("Rude");
    await pass(60_000);
    expect(told(visitor)).toContain("failed Rude");
    expect(visitor.shown.no).toEqual({ is: "refused", status: 403, code: "blocked" });
    expect(desk.of("POST /messages").filter(({ body }) => body.text === "Rude")).toHaveLength(1);
  });

  it("to a page that may not carry the widget is told once", async () => {
    desk.next = [problem(403, "origin")];
    const visitor = chat();
    await visitor.begin();
    await pass(120_000);
    expect(visitor.shown.widget).toEqual({ is: "no", no: { is: "refused", status: 403, code: "origin" } });
    expect(desk.asked).toHaveLength(1);
  });

  it("that a browser hides from the page is told from a server that is away", async () => {
    // The answer is there, and a page that is not allowed may not read it.
    vi.stubGlobal("fetch", async (_: string, { mode }: RequestInit) => {
      if (mode !== "no-cors") throw new TypeError("Failed to fetch");
      return new Response();
    });
    const visitor = chat();
    await visitor.begin();
    expect(visitor.shown.widget).toEqual({ is: "no", no: { is: "closed" } });
    vi.stubGlobal("fetch", desk.fetch);
    await pass(10_000);
    expect(visitor.shown.widget.is).toBe("known");
  });

  it("of a server that is away passes", async () => {
    desk.next = ["broken", "broken"];
    const visitor = chat();
    await visitor.begin();
    expect(visitor.shown.widget).toEqual({ is: "no", no: { is: "unreachable" } });
    await pass(10_000);
    expect(visitor.shown.widget.is).toBe("known");
  });

  it("to a token that is forgotten makes the visitor a new one", async () => {
    const visitor = await begun();
    desk.next = [problem(401, "unauthorized")];
    visitor.write("Still me");
    await pass(1_000);
    expect(desk.of("POST /visits")).toHaveLength(2);
    expect(told(visitor)).toContain("Still me");
  });
});

describe("what is known of the widget", () => {
  const comesBack = async (visitor: Chat, times: number) => {
    for (let time = 0; time < times; time += 1) {
      visitor.hurry();
      await pass(100);
    }
  };

  it("is asked for by one timer, however often the page comes to the front", async () => {
    vi.stubGlobal("fetch", async (...asked: Parameters<typeof desk.fetch>) => {
      desk.asked.push({ path: asked[0], key: undefined, token: undefined, body: {} });
      throw new TypeError("Failed to fetch");
    });
    const visitor = chat();
    await visitor.begin();
    await comesBack(visitor, 20);
    expect(vi.getTimerCount()).toBe(1);
    // A question, and whether there is a server at all.
    expect(desk.asked.length).toBeLessThanOrEqual(2 * 5);
    const before = desk.asked.length;
    await pass(600_000);
    expect(vi.getTimerCount()).toBe(1);
    expect(desk.asked.length - before).toBeLessThan(2 * 50);
  });

  it("is asked for every few minutes where the chat is not for this page", async () => {
    const refused = () => problem(403, "origin");
    desk.next = Array.from({ length: 1_000 }, refused);
    const visitor = chat();
    await visitor.begin();
    await comesBack(visitor, 20);
    expect([desk.asked.length, vi.getTimerCount()]).toEqual([1, 1]);
    await pass(60 * 60_000);
    expect(desk.asked.length).toBeLessThan(26);
    desk.next = [];
    await pass(LOOKS_MS);
    expect(visitor.shown.widget.is).toBe("known");
  });

  it("is read again when somebody comes back after some minutes", async () => {
    const visitor = await begun();
    desk.looks = { ...desk.looks, name: "Northlight at night" };
    visitor.hurry();
    await pass(LOOKS_MS - 1_000);
    expect(desk.of("GET ")).toHaveLength(1);
    await pass(1_000);
    await comesBack(visitor, 20);
    expect(desk.of("GET ")).toHaveLength(2);
    expect(visitor.shown.widget).toMatchObject({ looks: { name: "Northlight at night" } });
    expect(told(visitor)).toEqual(["Hello"]);
  });

  it("stays what it is while the server is away, and shuts when the widget is taken away", async () => {
    const visitor = await begun();
    await pass(LOOKS_MS);
    desk.next = ["broken", "broken"];
    visitor.hurry();
    await pass(50);
    expect(visitor.shown.widget.is).toBe("known");
    await pass(HURRY_MS_MIN);
    desk.next = [problem(404, "unknown_widget")];
    visitor.hurry();
    await pass(50);
    expect(visitor.shown.widget).toEqual({
      is: "no",
      no: { is: "refused", status: 404, code: "unknown_widget" },
    });
    expect(visitor.shown.line).toEqual({ is: "closed" });
  });

  it("is asked for once more before a chat is shut of which a browser tells nothing", async () => {
    const visitor = await begun();
    await pass(LOOKS_MS);
    vi.stubGlobal("fetch", async (_: string, { mode }: RequestInit) => {
      if (mode !== "no-cors") throw new TypeError("Failed to fetch");
      return new Response();
    });
    visitor.hurry();
    await pass(50);
    expect(visitor.shown.widget.is).toBe("known");
    await pass(SHUT_MS);
    expect(visitor.shown.widget).toEqual({ is: "no", no: { is: "closed" } });
  });

  it("is asked for when the server ends the stream for this page", async () => {
    const visitor = await begun();
    desk.next = [problem(404, "unknown_widget"), problem(404, "unknown_widget")];
    Socket.all.at(-1)?.onclose?.({ code: 4409 });
    await pass(50);
    expect(visitor.shown.widget.is).toBe("no");
    const sockets = Socket.all.length;
    await pass(60_000);
    expect(Socket.all.length).toBe(sockets);
  });
});

it("who was told to wait waits, whatever comes to the front or is written", async () => {
  const visitor = await begun();
  desk.next = [problem(429, "too_many_messages", { "retry-after": "30" })];
  visitor.write("Fast");
  await pass(5_000);
  visitor.hurry();
  visitor.write("Faster");
  await pass(20_000);
  expect(desk.of("POST /messages").map(({ body }) => body.text)).toEqual(["Hello", "Fast"]);
  await pass(6_000);
  expect(told(visitor)).toEqual(["Hello", "Fast", "Faster"]);
});

describe("a page that is loaded again", () => {
  it("goes on where the visitor was", async () => {
    (await begun()).leave();
    [desk.stage, desk.agent] = ["active", "Anna"];
    desk.messages.push({
      id: "m2",
      author: "agent",
      name: "Anna",
      text: "Hi!",
      at: new Date().toISOString(),
    });
    const again = chat();
    await again.begin();
    await pass(50);
    expect(told(again)).toEqual(["Hello", "joined", "Hi!"]);
    expect(again.shown).toMatchObject({ unread: 1, open: false, line: { is: "live" } });
    again.open();
    expect(again.shown.unread).toBe(0);
    expect(desk.of("POST /visits")).toHaveLength(1);
  });

  it("remembers by itself where nothing may be stored", async () => {
    const refuse = () => {
      throw new DOMException("blocked", "SecurityError");
    };
    vi.stubGlobal("localStorage", { getItem: refuse, setItem: refuse });
    vi.stubGlobal("sessionStorage", { getItem: refuse, setItem: refuse });
    const visitor = await begun();
    visitor.write("Again");
    await pass(50);
    expect(told(visitor)).toEqual(["Hello", "Again"]);
    expect(desk.of("POST /visits")).toHaveLength(1);
  });

  it("makes nothing of a store that holds nonsense", async () => {
    for (const nonsense of ["", "null", "7", "{", '"x"']) {
      localStorage.setItem("readyroom:wg_1", nonsense);
      sessionStorage.setItem("readyroom:wg_1", nonsense);
      expect(told(chat())).toEqual([]);
    }
  });
});

it("two tabs show one thread", async () => {
  const [one, other] = [await begun(), chat()];
  await other.begin();
  await pass(50);
  expect(told(other)).toEqual(["Hello"]);
  one.write("From the first");
  await pass(50);
  for (const socket of Socket.all) socket.hears({ type: "message", ...desk.messages.at(-1) });
  expect([told(one), told(other)]).toEqual([
    ["Hello", "From the first"],
    ["Hello", "From the first"],
  ]);
});

it("a tab that stood by learns that another began", async () => {
  const stood = chat();
  await stood.begin();
  await begun();
  window.dispatchEvent(Object.assign(new Event("storage"), { key: "readyroom:wg_1" }));
  await pass(50);
  expect(told(stood)).toEqual(["Hello"]);
  expect(stood.shown.line).toEqual({ is: "live" });
});

describe("the line", () => {
  it("tells what changes, and takes the server's clock", async () => {
    const visitor = await begun();
    const events: unknown[] = [];
    visitor.on("message", (message) => events.push(message));
    visitor.on("stage", (stage) => events.push(stage));
    Socket.all.at(-1)?.hears({ type: "heartbeat", server_time: "2026-03-02T10:00:00Z" });
    expect(Math.abs(visitor.now() - Date.parse("2026-03-02T10:00:00Z"))).toBeLessThan(1_000);
    Socket.all.at(-1)?.hears({ type: "state", stage: "active", agent: "Anna" });
    Socket.all.at(-1)?.hears({
      type: "message",
      id: "m9",
      author: "agent",
      name: "Anna",
      text: "Hi!",
      at: "2026-03-02T10:00:01Z",
    });
    Socket.all.at(-1)?.hears({ type: "something new" });
    Socket.all.at(-1)?.onmessage?.({ data: "no json" });
    expect(events).toEqual(["active", { name: "Anna", text: "Hi!" }]);
  });

  it("looks at intervals where a stream is refused, and takes it when it comes", async () => {
    Socket.refused = true;
    const visitor = await begun();
    await pass(5_000);
    expect(visitor.shown.line).toEqual({ is: "looking" });
    [desk.stage, desk.agent] = ["active", "Anna"];
    await pass(5_000);
    expect(visitor.shown.thread.stage).toEqual({ is: "active", agent: "Anna" });
    Socket.refused = false;
    await pass(60_000);
    expect(visitor.shown.line).toEqual({ is: "live" });
  });

  it("that breaks is taken up again, with what was missed", async () => {
    const visitor = await begun();
    desk.messages.push({
      id: "m2",
      author: "agent",
      name: "Anna",
      text: "Missed",
      at: new Date().toISOString(),
    });
    Socket.all.at(-1)?.onclose?.();
    await pass(2_000);
    expect(told(visitor)).toContain("Missed");
    expect(visitor.shown.line).toEqual({ is: "live" });
  });

  it("is lost when the server is away, and says so", async () => {
    const visitor = await begun();
    Socket.refused = true;
    desk.next = Array(1_000).fill("broken");
    Socket.all.at(-1)?.onclose?.();
    await pass(1_000);
    expect(visitor.shown.line.is).toBe("lost");
    await pass(600_000);
    // Nobody runs over a server that is away.
    expect(desk.asked.length).toBeLessThan(60);
    expect(Socket.all.length).toBeLessThan(60);
    [Socket.refused, desk.next] = [false, []];
    visitor.hurry();
    await pass(50);
    expect(visitor.shown.line).toEqual({ is: "live" });
  });

  it("that falls silent is dead", async () => {
    await begun();
    const silent = Socket.all.at(-1);
    Socket.silent = true;
    await pass(SILENCE_MS_MAX + 2_000);
    expect(silent?.closed).toBe(true);
    expect(Socket.all.at(-1)).not.toBe(silent);
  });

  it("rests when the chat is over and nobody looks", async () => {
    const visitor = await begun();
    visitor.close();
    expect(visitor.shown.line).toEqual({ is: "live" });
    await visitor.end();
    expect(visitor.shown.line).toEqual({ is: "closed" });
  });

  it("waits longer each time, never the same, and never too long", () => {
    const waits = (tries: number) => Array.from({ length: 200 }, () => backoff(tries));
    for (const [tries, least, most] of [
      [0, 500, 1_000],
      [2, 2_000, 4_000],
      [20, 15_000, 30_000],
    ] as const) {
      expect(Math.min(...waits(tries))).toBeGreaterThanOrEqual(least);
      expect(Math.max(...waits(tries))).toBeLessThanOrEqual(most);
      expect(new Set(waits(tries)).size).toBeGreaterThan(100);
    }
  });
});
