// One request on its way: who asks, asked once, and asked again while nobody can tell whether it was done.

import { newKey } from "../ids";
import { holds, tellEnded } from "./credentials";
import { Problem, problemOf, UNREACHABLE } from "./problem";

/** Pauses before the second, third and fourth attempt. */
const PAUSES_MS = [400, 1200, 3000];

/** A server that wants more time than this is not waited for: the person decides. */
const WAIT_MS_MAX = 5_000;

/** An answer that takes longer than this will not come. */
const PATIENCE_MS = 15_000;

/** Whose answers are secret: the server takes no Idempotency-Key for them, and a repeat may mean something else. */
const ONCE = ["/v1/sessions", "/v1/setup"];

/**
 * A `fetch` that adds the credentials and, to every POST, an Idempotency-Key; that repeats with the same key what had no
 * answer or a 503; and that throws a `Problem` for everything but success.
 */
export async function send(asked: Request): Promise<Response> {
  const request = signed(asked);
  const repeats = mayRepeat(request) ? PAUSES_MS : [];
  for (let attempt = 0; ; attempt++) {
    const answer = await once(request.clone());
    if (answer instanceof Response) return answer;
    const pause = Math.max(repeats[attempt] ?? Infinity, (answer.retryAfter ?? 0) * 1000);
    if (!answer.unsure || pause > WAIT_MS_MAX || request.signal.aborted) {
      if (isEnd(answer, request)) tellEnded();
      throw answer;
    }
    await new Promise((wake) => setTimeout(wake, pause));
  }
}

async function once(request: Request): Promise<Response | Problem> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const signal = AbortSignal.any([request.signal, patience]);
  try {
    const response = await fetch(request, { signal });
    return response.ok ? await whole(response) : await problemOf(response);
  } catch (thrown) {
    if (request.signal.aborted) throw thrown;
    return new Problem(0, UNREACHABLE, String(thrown));
  }
}

/** The answer with all of its body: one that breaks off on its way is none. */
async function whole(response: Response): Promise<Response> {
  const body = await response.arrayBuffer();
  return new Response(body.byteLength > 0 ? body : null, response);
}

function signed(asked: Request): Request {
  const headers = new Headers(asked.headers);
  const who = holds();
  if (who.kind === "key") headers.set("Authorization", `Bearer ${who.key}`);
  if (who.kind === "session" && !isRead(asked)) headers.set("X-CSRF-Token", who.csrf);
  if (asked.method === "POST" && !isOnce(asked) && !headers.has("Idempotency-Key")) {
    headers.set("Idempotency-Key", newKey());
  }
  return new Request(asked, { headers, credentials: who.kind === "key" ? "omit" : "same-origin" });
}

/** A PATCH may carry an If-Match that its own success has made untrue. */
function mayRepeat(request: Request): boolean {
  return request.method !== "PATCH" && !isOnce(request);
}

function isRead(request: Request): boolean {
  return request.method === "GET" || request.method === "HEAD";
}

function isOnce(request: Request): boolean {
  return request.method === "POST" && ONCE.includes(new URL(request.url).pathname);
}

/** A wrong password is also a 401, and ends nothing. A token that does not fit is one of a session before this one. */
function isEnd(problem: Problem, request: Request): boolean {
  if (holds().kind === "nobody" || isOnce(request)) return false;
  return (problem.status === 401 && problem.code !== "wrong_password") || problem.code === "csrf";
}
