// Threads as their visitors see them.

import { describe, expect, it } from "vitest";
import { EMPTY, type Input, type Message, type Thread, newest, outbox, step, unread } from "./thread";

const NOW = Date.parse("2026-03-02T09:00:00Z");

function message(
  id: string,
  author: "client" | "agent",
  text: string,
  minute: number,
  name = author === "agent" ? "Anna" : undefined,
): Message {
  return { id, author, text, at: new Date(NOW + minute * 60_000).toISOString(), ...(name ? { name } : {}) };
}

function after(...inputs: Input[]): Thread {
  return inputs.reduce(step, EMPTY);
}

/** A thread as one would tell it. */
function told({ entries }: Thread): string[] {
  return entries.map((entry) => {
    if (entry.is === "line") return `-- ${entry.what}${entry.name ? ` ${entry.name}` : ""}`;
    if (entry.is === "mine") return `me (${entry.how.is}): ${entry.text}`;
    return `${entry.by === "agent" ? entry.name : "me"}: ${entry.text}`;
  });
}

const state = (stage: string, more: object = {}, minute = 0): Input => ({
  is: "state",
  state: { stage, ...more },
  now: NOW + minute * 60_000,
});
const wrote = (key: string, text: string, after: number | undefined = 0): Input => ({
  is: "wrote",
  key,
  text,
  now: NOW,
  after,
});
const heard = (message: Message): Input => ({ is: "message", message, now: NOW });

describe("a chat from its first word to its end", () => {
  it("tells who joined, who took over, and that it ended", () => {
    const thread = after(
      wrote("k1", "Hello"),
      { is: "sent", key: "k1", id: "m1", now: NOW },
      state("waiting", { place: 2 }),
      state("waiting", { place: 1 }),
      state("active", { agent: "Anna" }, 1),
      heard(message("m2", "agent", "Hi!", 2)),
      state("active", { agent: "Ben" }, 3),
      state("ended", {}, 4),
    );
    expect(told(thread)).toEqual([
      "me: Hello",
      "-- joined Anna",
      "Anna: Hi!",
      "-- transferred Ben",
      "-- ended",
    ]);
    expect(thread.stage).toEqual({ is: "ended" });
  });

  it("says that a colleague is looked for when the agent passes it on", () => {
    const thread = after(
      state("active", { agent: "Anna" }),
      state("waiting", { place: 1 }, 1),
      state("active", { agent: "Ben" }, 2),
    );
    expect(told(thread)).toEqual(["-- joined Anna", "-- passed", "-- joined Ben"]);
  });

  it("goes on in the same thread when a word begins another", () => {
    const thread = after(
      state("waiting"),
      state("ended", {}, 1),
      wrote("k", "One more thing"),
      { is: "sent", key: "k", id: "m9", now: NOW + 120_000 },
      state("waiting", { place: 4 }, 3),
    );
    expect(told(thread)).toEqual(["-- ended", "me: One more thing"]);
    expect(thread.stage).toEqual({ is: "waiting", place: 4 });
  });

  it("repeats no line for a state that comes twice", () => {
    const thread = after(
      state("active", { agent: "Anna" }),
      state("active", { agent: "Anna" }, 1),
      state("ended", {}, 2),
      state("ended", {}, 3),
    );
    expect(told(thread)).toEqual(["-- joined Anna", "-- ended"]);
  });
});

describe("a message of the visitor", () => {
  it("is pending, then said, and stays the same thing on the page", () => {
    const pending = after(wrote("k1", "Hello"));
    expect(told(pending)).toEqual(["me (pending): Hello"]);
    const said = step(pending, { is: "sent", key: "k1", id: "m1", now: NOW });
    expect(said.entries.map(({ key }) => key)).toEqual(["k1"]);
    expect(told(said)).toEqual(["me: Hello"]);
  });

  it("is said once, whether the stream or the answer comes first", () => {
    const echo = heard(message("m1", "client", "Hello", 0));
    const answer: Input = { is: "sent", key: "k1", id: "m1", now: NOW };
    expect(told(after(wrote("k1", "Hello"), echo, answer))).toEqual(["me: Hello"]);
    expect(told(after(wrote("k1", "Hello"), answer, echo))).toEqual(["me: Hello"]);
  });

  it("waits for the stream's word when the answer has no id", () => {
    const thread = after(wrote("k1", "Hello"), { is: "sent", key: "k1", now: NOW });
    expect(told(thread)).toEqual(["me (pending): Hello"]);
    expect(told(step(thread, heard(message("m1", "client", "Hello", 0))))).toEqual(["me: Hello"]);
  });

  it("that failed can be tried again, and stands behind what was said", () => {
    const failed = after(
      wrote("k1", "Hello"),
      { is: "unsent", key: "k1", why: "unreachable" },
      heard(message("m5", "agent", "Anybody there?", 1)),
    );
    expect(told(failed)).toEqual(["Anna: Anybody there?", "me (failed): Hello"]);
    expect(told(step(failed, { is: "again", key: "k1" })).at(-1)).toBe("me (pending): Hello");
    expect(outbox(failed)).toHaveLength(1);
  });

  it("that did arrive although its request broke is no longer failed", () => {
    const thread = after(
      wrote("k1", "Hello"),
      { is: "unsent", key: "k1", why: "unreachable" },
      { is: "visit", visit: { stage: "waiting", messages: [message("m1", "client", "Hello", 0)] }, now: NOW },
    );
    expect(told(thread)).toEqual(["me: Hello"]);
  });

  it("is not what was said in the same words before it was written", () => {
    const lastWeek = message("m1", "client", "ok", -7 * 24 * 60);
    const visit: Input = { is: "visit", visit: { stage: "ended", messages: [lastWeek] }, now: NOW };
    for (const after of [Date.parse(lastWeek.at), undefined]) {
      const thread = step(step(EMPTY, { ...wrote("k1", "ok"), after } as Input), visit);
      expect(told(thread)).toEqual(["me: ok", "-- ended", "me (pending): ok"]);
    }
    const known = after(wrote("k1", "ok", Date.parse(lastWeek.at)), visit);
    expect(told(step(known, heard(message("m2", "client", "ok", 0))))).toEqual([
      "me: ok",
      "-- ended",
      "me: ok",
    ]);
  });

  it("is not the same words that were confirmed while it waited for its turn", () => {
    const [first, second] = [message("m1", "client", "ok", 0), message("m2", "client", "ok", 1)];
    const thread = after(wrote("k1", "ok"), wrote("k2", "ok"), heard(first));
    const [{ key, text, after: behind } = { key: "", text: "", after: 0 }] = outbox(thread);
    // The page is loaded again, and everything is told anew.
    const again = after(wrote(key, text, behind), heard(first));
    expect(told(again)).toEqual(["me: ok", "me (pending): ok"]);
    expect(told(step(again, heard(second)))).toEqual(["me: ok", "me: ok"]);
  });

  it("twice the same is two messages", () => {
    const thread = after(
      wrote("k1", "ok"),
      wrote("k2", "ok"),
      heard(message("m1", "client", "ok", 0)),
      heard(message("m2", "client", "ok", 0)),
      { is: "sent", key: "k2", id: "m2", now: NOW },
    );
    expect(told(thread)).toEqual(["me: ok", "me: ok"]);
  });
});

describe("a page that is loaded in the middle", () => {
  const messages = [
    message("m1", "client", "Hello", 0),
    message("m2", "agent", "Hi!", 1),
    message("m3", "agent", "I take over.", 2, "Ben"),
  ];

  it("shows the thread with those who spoke in it", () => {
    const thread = after({ is: "visit", visit: { stage: "active", agent: "Ben", messages }, now: NOW });
    expect(told(thread)).toEqual([
      "me: Hello",
      "-- joined Anna",
      "Anna: Hi!",
      "-- transferred Ben",
      "Ben: I take over.",
    ]);
  });

  it("names an agent who has said nothing yet", () => {
    const thread = after({
      is: "visit",
      visit: { stage: "active", agent: "Anna", messages: messages.slice(0, 1) },
      now: NOW,
    });
    expect(told(thread)).toEqual(["me: Hello", "-- joined Anna"]);
  });

  it("shows that it is over", () => {
    expect(told(after({ is: "visit", visit: { stage: "ended", messages }, now: NOW })).at(-1)).toBe(
      "-- ended",
    );
  });

  it("keeps what was written and not sent before", () => {
    const thread = after(wrote("k7", "Still here?"), {
      is: "visit",
      visit: { stage: "waiting", place: 3, messages: messages.slice(0, 1) },
      now: NOW,
    });
    expect(told(thread)).toEqual(["me: Hello", "me (pending): Still here?"]);
  });
});

it("seen twice is said once, in the order of time", () => {
  const [late, early] = [
    heard(message("m2", "agent", "second", 2)),
    heard(message("m1", "agent", "first", 1)),
  ];
  expect(told(after(late, early, late))).toEqual(["Anna: first", "Anna: second"]);
});

it("keeps a line before the words that followed it, although the clocks differ a little", () => {
  const live = after(
    state("active", { agent: "Anna" }, 1),
    heard({ ...message("m1", "agent", "Hi!", 1), at: new Date(NOW + 59_500).toISOString() }),
  );
  expect(told(live)).toEqual(["-- joined Anna", "Anna: Hi!"]);
  const missed = step(live, heard(message("m0", "client", "Hello", 0)));
  expect(told(missed)).toEqual(["me: Hello", "-- joined Anna", "Anna: Hi!"]);
});

it("counts what the agent wrote since it was read", () => {
  const thread = after(
    heard(message("m1", "agent", "a", 1)),
    heard(message("m2", "client", "b", 2)),
    heard(message("m3", "agent", "c", 3)),
    heard(message("m4", "agent", "d", 4)),
  );
  expect([undefined, "m1", "m3", "m4", "unheard of"].map((read) => unread(thread, read))).toEqual([
    3, 2, 1, 0, 3,
  ]);
  expect(newest(thread)).toBe("m4");
});
