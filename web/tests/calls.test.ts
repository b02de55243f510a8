import { expect, test, vi } from "vitest";
import type { ConversationRow, Schemas } from "../src/lib/api";
import { Problem } from "../src/lib/api";
import { Clients } from "../src/lib/clients.svelte";
import { callsOf } from "../src/shell/calls/calls";
import { News } from "../src/pages/desk/notices/unheard.svelte";
import { agent } from "./rows";

const UNTIL = "2026-03-02T09:00:20.000Z";
const row = (id: string, about: Partial<ConversationRow> = {}) =>
  ({
    id,
    agent: "us_1",
    stage: "offered",
    offer: `of_${id}`,
    offer_until: UNTIL,
    queue: "qu_1",
    client: `cl_${id}`,
    channel: "chat",
    ...about,
  }) as ConversationRow;
const offer = (id: string) => ({ id: `of_${id}`, conversation: id, queue: "qu_1", until: UNTIL });

test("my row alone is enough to be called, and two offers are two calls", () => {
  const me = agent("us_1", { offer: offer("cv_1") });
  expect(callsOf(undefined, [])).toEqual([]);
  expect(callsOf(agent("us_1"), [row("cv_9", { agent: "us_2" })])).toEqual([]);
  expect(callsOf(me, []).map((call) => [call.id, call.client, call.until])).toEqual([
    ["of_cv_1", undefined, UNTIL],
  ]);
  expect(callsOf(me, [row("cv_2"), row("cv_1")]).map((call) => [call.id, call.client, call.until])).toEqual([
    ["of_cv_1", "cl_cv_1", UNTIL],
    ["of_cv_2", "cl_cv_2", UNTIL],
  ]);
});

test("a client that could not be read is asked for again a while later, and nobody else sees who it was", async () => {
  let up = false;
  const read = vi.fn(async (id: string) => {
    if (!up) throw new Problem(503, "unavailable", "");
    return { data: { id, about: { name: "Daniel" } } as Schemas["Client"], etag: "1" };
  });
  const clients = new Clients(read);
  clients.want(["cl_1"]);
  await vi.waitFor(() => expect(clients.get("cl_1")?.state).toBe("failed"));
  up = true;
  clients.want(["cl_1"]);
  expect(read).toHaveBeenCalledTimes(1);
  clients.want(["cl_1"], Date.now() + 60_000);
  await vi.waitFor(() => expect(clients.name("cl_1")).toBe("Daniel"));
  clients.forget();
  expect(clients.get("cl_1")).toBeUndefined();
});

test("what a client wrote is news once, and what was there when the page was opened is none", () => {
  const news = new News();
  expect(news.of([{ id: "cv_1", newest: undefined }])).toEqual([]);
  expect(news.of([{ id: "cv_1", newest: 5 }])).toEqual([]);
  expect(news.of([{ id: "cv_1", newest: 9 }])).toEqual(["cv_1"]);
  expect(news.of([{ id: "cv_1", newest: 9 }])).toEqual([]);
  // One that came without an offer begins with its first word.
  const both = [
    { id: "cv_1", newest: 9 },
    { id: "cv_2", newest: 11 },
  ];
  expect(news.of(both)).toEqual(["cv_2"]);
  expect(news.of(both)).toEqual([]);
});
