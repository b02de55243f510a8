// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hold, onEnded } from "../src/lib/api/credentials";
import { Problem } from "../src/lib/api/problem";
import { send } from "../src/lib/api/send";

const AT = "https://floor.example";
let asked: Request[];
let answers: (Response | Error)[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answers = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    asked.push(request);
    const answer = answers.shift() ?? Response.json({});
    if (answer instanceof Error) throw answer;
    return answer;
  });
  hold({ kind: "session", csrf: "token" });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  hold({ kind: "nobody" });
});

function refusal(status: number, code: string, more: object = {}): Response {
  return Response.json({ status, code, detail: "why", ...more }, { status });
}

/** Sends, and lets all pauses pass. */
async function sent(method: string, path: string): Promise<Response | Problem> {
  const body = method === "GET" ? undefined : "{}";
  const answer = send(new Request(AT + path, { method, body })).catch((problem: Problem) => problem);
  await vi.runAllTimersAsync();
  return answer;
}

function keysOf(requests: Request[]): (string | null)[] {
  return requests.map((request) => request.headers.get("Idempotency-Key"));
}

test("a POST carries a key and the token of the session", async () => {
  await sent("POST", "/v1/offers/of_1/accept");
  expect(keysOf(asked)[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(asked[0]?.headers.get("X-CSRF-Token")).toBe("token");
});

test("what had no answer is asked again with the same key", async () => {
  answers = [new TypeError("network"), refusal(503, "unavailable")];
  const answer = await sent("POST", "/v1/offers/of_1/accept");
  expect(answer).toBeInstanceOf(Response);
  expect(asked).toHaveLength(3);
  expect(new Set(keysOf(asked)).size).toBe(1);
});

test("after some attempts nobody knows whether it was done", async () => {
  answers = Array.from({ length: 9 }, () => new TypeError("network"));
  const answer = await sent("POST", "/v1/offers/of_1/accept");
  expect(answer).toMatchObject({ status: 0, code: "unreachable", unsure: true });
  expect(asked).toHaveLength(4);
});

test("an answer that breaks off on its way is none, and is asked for again", async () => {
  const broken = new ReadableStream({
    start: (body) => body.error(new DOMException("late", "TimeoutError")),
  });
  answers = [new Response(broken), Response.json({ whole: true })];
  const answer = await sent("GET", "/v1/account");
  expect(answer instanceof Response && (await answer.json())).toEqual({ whole: true });
  expect(asked).toHaveLength(2);
});

test("a refusal is final, and names its fields", async () => {
  const errors = [{ field: "capacity", problem: "1 to 20" }];
  answers = [refusal(422, "invalid", { errors })];
  const answer = await sent("POST", "/v1/users");
  expect(answer).toBeInstanceOf(Problem);
  expect((answer as Problem).field("capacity")).toBe("1 to 20");
  expect(asked).toHaveLength(1);
});

test("a PATCH is not repeated", async () => {
  answers = [refusal(503, "unavailable")];
  expect(await sent("PATCH", "/v1/users/us_1")).toMatchObject({ code: "unavailable" });
  expect(asked).toHaveLength(1);
});

test("signing in carries no key, and a wrong password ends nothing", async () => {
  const ended = vi.fn();
  const off = onEnded(ended);
  answers = [refusal(401, "wrong_password")];
  await sent("POST", "/v1/sessions");
  expect(keysOf(asked)).toEqual([null]);
  expect(ended).not.toHaveBeenCalled();
  off();
});

test("a session that is over is told", async () => {
  const ended = vi.fn();
  const off = onEnded(ended);
  answers = [refusal(401, "unauthenticated")];
  await sent("GET", "/v1/agents");
  expect(ended).toHaveBeenCalledOnce();
  off();
});

test("a page of a proxy in between is a refusal too", async () => {
  answers = [new Response("<h1>Bad Gateway</h1>", { status: 502 })];
  expect(await sent("GET", "/v1/agents")).toMatchObject({ status: 502, code: "http_502" });
});

test("a screen shows its key and no cookie", async () => {
  hold({ kind: "key", key: "rk_1" });
  await sent("GET", "/v1/queues-live");
  expect(asked[0]?.headers.get("Authorization")).toBe("Bearer rk_1");
  expect(asked[0]?.credentials).toBe("omit");
});

test("who wants to be waited for longer is not", async () => {
  answers = [new Response("{}", { status: 503, headers: { "Retry-After": "60" } })];
  expect(await sent("POST", "/v1/offers/of_1/accept")).toMatchObject({ status: 503, retryAfter: 60 });
  expect(asked).toHaveLength(1);
});
