import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Live } from "../src/lib/live/live.svelte";
import { agent, FakeSocket, queue } from "./rows";

const TIME = "2026-03-02T09:00:00.000Z";

let sockets: FakeSocket[];
let live: Live;
let ended: string[];
let refused: number;

/** The connection there is now. */
function socket(): FakeSocket {
  const last = sockets.at(-1);
  if (last === undefined) throw new Error("nothing was opened");
  return last;
}

function snapshot(at: number, rows: object, more = false): object {
  return {
    type: "snapshot",
    at,
    server_time: TIME,
    viewer: "supervisor",
    ...rows,
    ...(more ? { more } : {}),
  };
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(TIME) });
  sockets = [];
  ended = [];
  refused = 0;
  live = new Live({
    open: () => {
      const opened = new FakeSocket();
      sockets.push(opened);
      return opened as unknown as WebSocket;
    },
    batch: (work) => work,
    ended: (reason) => ended.push(reason),
    refused: () => refused++,
  });
  live.start();
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

/** Connected, with two agents at position 10. */
function connected(): () => void {
  const release = live.subscribe("agents");
  vi.advanceTimersByTime(0);
  socket().open();
  socket().tell(snapshot(10, { agents: [agent("us_1"), agent("us_2")] }));
  vi.advanceTimersByTime(0);
  return release;
}

describe("rows", () => {
  test("a snapshot is all there is", () => {
    connected();
    expect(socket().said).toEqual([{ subscribe: ["agents"] }]);
    expect(live.agents.all.map((row) => row.id)).toEqual(["us_1", "us_2"]);
    expect(live.connection).toEqual({ state: "live" });
    expect(live.viewer).toBe("supervisor");
    expect(live.knows("agents")).toBe(true);
    expect(live.knows("queues")).toBe(false);
  });

  test("what is put takes the place of the row with its id, what is dropped is gone", () => {
    connected();
    socket().tell({
      type: "frame",
      at: 11,
      put: [{ agent: agent("us_1", { bucket: "ring" }) }, { queue: queue("q_1") }],
    });
    socket().tell({ type: "frame", at: 12, drop: [{ queue: "q_1" }] });
    expect(live.agents.get("us_1")?.bucket).toBe("ring");
    expect(live.queues.size).toBe(0);
    expect(live.position).toBe(12);
  });

  test("a snapshot in parts replaces the rows when it is whole", () => {
    connected();
    socket().tell({ type: "resync", at: 20, reason: "position_gone" });
    socket().tell(snapshot(20, { agents: [agent("us_3")] }, true));
    expect(live.agents.all.map((row) => row.id)).toEqual(["us_1", "us_2"]);
    socket().tell(snapshot(20, { agents: [agent("us_4")] }));
    expect(live.agents.all.map((row) => row.id)).toEqual(["us_3", "us_4"]);
  });

  test("history and messages are handed on in order", () => {
    connected();
    const seen: number[] = [];
    live.onEvents((rows) => seen.push(...rows.map((row) => row.seq)));
    socket().tell({ type: "frame", at: 11, events: [{ seq: 1 }, { seq: 2 }] });
    socket().tell({ type: "frame", at: 12, events: [{ seq: 3 }] });
    expect(seen).toEqual([1, 2, 3]);
  });

  test("a frame of before is not taken again", () => {
    connected();
    socket().tell({ type: "frame", at: 12, put: [{ agent: agent("us_1", { bucket: "ring" }) }] });
    socket().tell({ type: "frame", at: 11, put: [{ agent: agent("us_1", { bucket: "idle" }) }] });
    expect(live.agents.get("us_1")?.bucket).toBe("ring");
  });
});

describe("topics", () => {
  test("those of all pages are asked for together", () => {
    live.subscribe("agents");
    live.subscribe("queues", "agents");
    vi.advanceTimersByTime(0);
    socket().open();
    expect(socket().said).toEqual([{ subscribe: ["agents", "queues"] }]);
  });

  test("one more begins with a snapshot, once the first is answered", () => {
    live.subscribe("agents");
    vi.advanceTimersByTime(0);
    socket().open();
    live.subscribe("queues");
    vi.advanceTimersByTime(0);
    expect(socket().said).toHaveLength(1);
    socket().tell(snapshot(10, { agents: [agent("us_1")] }));
    vi.advanceTimersByTime(0);
    expect(socket().said[1]).toEqual({ subscribe: ["agents", "queues"] });
  });

  test("one that is not wanted any more goes after a while, and the stream goes on where it is", () => {
    const release = connected();
    live.subscribe("queues");
    vi.advanceTimersByTime(0);
    socket().tell(snapshot(15, { agents: [agent("us_1")], queues: [queue("q_1")] }));
    release();
    vi.advanceTimersByTime(1_000);
    expect(live.agents.size).toBe(1);
    vi.advanceTimersByTime(5_000);
    expect(socket().said.at(-1)).toEqual({ subscribe: ["queues"], since: 15 });
    expect(live.agents.size).toBe(0);
    expect(live.queues.size).toBe(1);
  });

  test("one that comes back in time changes nothing", () => {
    connected()();
    vi.advanceTimersByTime(1_000);
    live.subscribe("agents");
    vi.advanceTimersByTime(10_000);
    expect(socket().said).toHaveLength(1);
  });
});

describe("a topic that is none", () => {
  const error = (topic: string) => ({
    type: "error",
    code: "unknown_topic",
    detail: `"${topic}" is no topic; there are agents, …`,
  });

  test("costs only itself, asked for with the others", () => {
    live.subscribe("agents", "conversation:cv_1", "conversation:typo");
    vi.advanceTimersByTime(0);
    socket().open();
    socket().tell(error("conversation:typo"));
    expect(socket().said.at(-1)).toEqual({ subscribe: ["agents", "conversation:cv_1"] });
    socket().tell(snapshot(10, { agents: [agent("us_1")] }));
    vi.advanceTimersByTime(10_000);
    expect(sockets).toHaveLength(1);
    expect(socket().said).toHaveLength(2);
    expect(live.agents.size).toBe(1);
    expect(live.refuses("conversation:typo")).toBe(true);
    expect(live.knows("conversation:cv_1")).toBe(true);
  });

  test("costs only itself, asked for later, and the stream goes on where it is", () => {
    live.subscribe("conversations");
    vi.advanceTimersByTime(0);
    socket().open();
    socket().tell(snapshot(10, {}));
    vi.advanceTimersByTime(0);
    live.subscribe("conversation:typo");
    vi.advanceTimersByTime(0);
    socket().tell(error("conversation:typo"));
    expect(socket().said.at(-1)).toEqual({ subscribe: ["conversations"], since: 10 });
    expect(live.knows("conversation:typo")).toBe(false);
    expect(live.knows("conversations")).toBe(true);
  });
});

describe("coming again", () => {
  test("it goes on after the last position, with the rows there were", () => {
    connected();
    socket().tell({ type: "heartbeat", at: 14, server_time: TIME });
    socket().break();
    expect(live.connection.state).toBe("reconnecting");
    vi.advanceTimersByTime(1_000);
    socket().open();
    expect(socket().said).toEqual([{ subscribe: ["agents"], since: 14 }]);
    expect(live.agents.size).toBe(2);
    socket().tell({ type: "frame", at: 16, put: [{ agent: agent("us_2", { bucket: "idle" }) }] });
    expect(live.connection.state).toBe("live");
    expect(live.agents.get("us_2")?.bucket).toBe("idle");
  });

  test("of a snapshot that broke off between its parts, it begins anew", () => {
    live.subscribe("agents");
    vi.advanceTimersByTime(0);
    socket().open();
    socket().tell(snapshot(10, { agents: [agent("us_1")] }, true));
    socket().break();
    vi.advanceTimersByTime(1_000);
    socket().open();
    expect(socket().said).toEqual([{ subscribe: ["agents"] }]);
    socket().tell(snapshot(11, { agents: [agent("us_2")] }));
    expect(live.agents.all.map((row) => row.id)).toEqual(["us_2"]);
  });

  test("a resync keeps it reconnecting until the snapshot is there", () => {
    connected();
    socket().break();
    vi.advanceTimersByTime(1_000);
    socket().open();
    socket().tell({ type: "resync", at: 90, reason: "position_gone" });
    expect(live.connection.state).toBe("reconnecting");
    const anew = vi.fn();
    live.onAnew(anew);
    socket().tell(snapshot(90, { agents: [agent("us_9")] }));
    expect(live.connection.state).toBe("live");
    expect(anew).toHaveBeenCalledOnce();
    expect(live.agents.all.map((row) => row.id)).toEqual(["us_9"]);
  });

  test("a store that is behind is asked without a position", () => {
    connected();
    socket().break();
    vi.advanceTimersByTime(1_000);
    socket().open();
    socket().tell({ type: "error", code: "since_ahead", detail: "" });
    expect(socket().said.at(-1)).toEqual({ subscribe: ["agents"] });
  });

  test("another scope begins at once and without a position", () => {
    connected();
    socket().tell({ type: "end", at: 11, reason: "scope_changed" });
    vi.advanceTimersByTime(0);
    socket().open();
    expect(socket().said).toEqual([{ subscribe: ["agents"] }]);
  });

  test("it waits longer each time", () => {
    connected();
    const random = vi.spyOn(Math, "random").mockReturnValue(1);
    socket().break();
    const opened: number[] = [];
    for (let second = 0; second < 60; second++) {
      const before = sockets.length;
      vi.advanceTimersByTime(1_000);
      if (sockets.length > before) {
        opened.push(second);
        socket().break();
      }
    }
    random.mockRestore();
    const gaps = opened.slice(1).map((second, place) => second - (opened[place] ?? 0));
    expect(gaps.length).toBeGreaterThan(3);
    expect(gaps).toEqual(gaps.toSorted((one, other) => one - other));
    expect(refused).toBe(opened.length);
  });

  test("a server that is silent is left", () => {
    connected();
    vi.advanceTimersByTime(26_000);
    expect(live.connection.state).toBe("reconnecting");
    expect(sockets).toHaveLength(2);
  });
});

describe("the end", () => {
  test("of a session is final", () => {
    connected();
    socket().tell({ type: "end", reason: "session_ended" });
    expect(live.connection).toEqual({ state: "ended", reason: "session_ended" });
    expect(ended).toEqual(["session_ended"]);
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
  });

  test("of a server is not", () => {
    connected();
    socket().tell({ type: "end", at: 10, reason: "shutdown" });
    vi.advanceTimersByTime(1_000);
    socket().open();
    expect(socket().said).toEqual([{ subscribe: ["agents"], since: 10 }]);
  });

  test("signing out says goodbye and forgets everything", () => {
    connected();
    const last = socket();
    live.bye();
    expect(last.said.at(-1)).toEqual({ bye: true });
    expect(live.agents.size).toBe(0);
    expect(live.connection).toEqual({ state: "idle" });
  });
});

describe("age", () => {
  test("is counted from the last word of the server", () => {
    const stop = live.clock.start();
    connected();
    vi.advanceTimersByTime(9_000);
    expect(live.age).toBeGreaterThanOrEqual(8_000);
    expect(live.stale).toBe(false);
    vi.advanceTimersByTime(8_000);
    expect(live.stale).toBe(true);
    socket().tell({ type: "heartbeat", at: 11, server_time: new Date().toISOString() });
    vi.advanceTimersByTime(1_000);
    expect(live.stale).toBe(false);
    stop();
  });
});
