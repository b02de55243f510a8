// What the widget asks of its server, and every way in which the answer can be no.

import { REQUEST_MS_MAX } from "./limits";
import type { Message, Standing } from "./thread";

/** What a widget looks like. */
export interface Looks {
  readonly name: string;
  readonly greeting?: string | null;
  readonly color?: string | null;
}

export interface Who {
  readonly name?: string;
  readonly email?: string;
}

export interface Visit extends Standing {
  readonly messages: readonly Message[];
}

/** Why a request was not done, or may not have been. */
export type No =
  /** The network, the page's content security policy, or a server that does not know the page's origin. */
  | { readonly is: "unreachable" }
  /** The server is there and does not speak with this page: not its widget, not its origin, or a proxy in trouble. */
  | { readonly is: "closed" }
  /** Too often, or too busy: worth trying again, seconds. */
  | { readonly is: "later"; readonly after_s: number; readonly often: boolean }
  /** The token is not, or no longer, known. */
  | { readonly is: "stranger" }
  | { readonly is: "refused"; readonly status: number; readonly code: string };

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly no: No };

interface Request {
  readonly token?: string;
  readonly body?: unknown;
  readonly key?: string;
  /** It goes on when the page is left. */
  readonly outlasts?: boolean;
}

export class Server {
  readonly #base: string;

  /** `script` is the address the widget itself came from: its server is beside it. */
  constructor(script: string, widget: string) {
    this.#base = new URL(`v1/chat/${encodeURIComponent(widget)}`, new URL(".", script)).href;
  }

  async looks(): Promise<Answer<Looks>> {
    const answer = await this.#ask<Looks>("GET", "");
    if (answer.ok || answer.no.is !== "unreachable") return answer;
    // A browser hides the answers to a page that is not allowed. That there was one can be learned.
    const there = await fetch(this.#base, { mode: "no-cors", cache: "no-store", credentials: "omit" }).then(
      () => true,
      () => false,
    );
    return there ? { ok: false, no: { is: "closed" } } : answer;
  }

  visit(who: Who, key: string): Promise<Answer<{ token: string }>> {
    return this.#ask("POST", "/visits", { body: who, key });
  }

  standing(token: string): Promise<Answer<Visit>> {
    return this.#ask("GET", "/visit", { token });
  }

  write(token: string, text: string, key: string): Promise<Answer<{ id?: unknown; at?: unknown }>> {
    return this.#ask("POST", "/messages", { token, body: { text }, key });
  }

  end(token: string, key: string): Promise<Answer<unknown>> {
    return this.#ask("POST", "/end", { token, body: {}, key, outlasts: true });
  }

  stream(token: string): WebSocket {
    return new WebSocket(`${this.#base.replace(/^http/, "ws")}/stream`, ["readyroom.chat", token]);
  }

  async #ask<T>(
    method: string,
    path: string,
    { token, body, key, outlasts = false }: Request = {},
  ): Promise<Answer<T>> {
    const headers: Record<string, string> = {};
    if (token) headers["authorization"] = `Bearer ${token}`;
    if (body) headers["content-type"] = "application/json";
    if (key) headers["idempotency-key"] = key;
    try {
      const response = await fetch(this.#base + path, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
        cache: "no-store",
        credentials: "omit",
        keepalive: outlasts,
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(REQUEST_MS_MAX),
      });
      const text = await response.text();
      if (response.ok) return { ok: true, value: (text ? JSON.parse(text) : {}) as T };
      return { ok: false, no: refusal(response, text) };
    } catch {
      return { ok: false, no: { is: "unreachable" } };
    }
  }
}

function refusal(response: Response, text: string): No {
  const { status } = response;
  const after_s = Math.min(Number(response.headers.get("retry-after")) || (status === 429 ? 10 : 2), 3_600);
  if (status === 429) return { is: "later", after_s, often: true };
  if (status >= 500) return { is: "later", after_s, often: false };
  if (status === 401) return { is: "stranger" };
  let code = "";
  try {
    code = String((JSON.parse(text) as { code?: unknown }).code ?? "");
  } catch {
    // Something between us and the server answered in its stead.
  }
  return { is: "refused", status, code };
}
