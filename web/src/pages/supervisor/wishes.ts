// What a supervisor can make of an agent's state: only what its row allows, each with the request that asks for it.

import type { Action, AgentRow, Reason } from "$api";
import { api } from "$api";
import type { Viewer } from "$live";
import type { Bucket } from "$ui";

/** A state that can be asked for. */
export type Wish = {
  id: string;
  look: Bucket;
  /** With a break. */
  reason?: Reason;
  kind: "stay" | "available" | "out_only" | "not_ready" | "break" | "log_in" | "log_out";
};

const PLAIN: readonly { action: Action; kind: Wish["kind"]; look: Bucket }[] = [
  { action: "cancel_leaving", kind: "stay", look: "ready" },
  { action: "log_in", kind: "log_in", look: "idle" },
  { action: "available", kind: "available", look: "ready" },
  { action: "available_out_only", kind: "out_only", look: "extcall" },
  { action: "not_ready", kind: "not_ready", look: "idle" },
];

/** What can be asked for, in the order in which it is offered. */
export function wishesFor(row: AgentRow, viewer: Viewer, reasons: readonly Reason[]): Wish[] {
  const allowed = new Set(row.allowed[viewer]);
  const wishes: Wish[] = PLAIN.filter(({ action }) => allowed.has(action)).map(({ kind, look }) => ({
    id: kind,
    kind,
    look,
  }));
  if (allowed.has("on_break")) {
    // To ask for the break that they are on already would change nothing.
    const others = reasons.filter((reason) => row.status !== "on_break" || reason.code !== row.reason);
    wishes.push(
      ...others.map((reason): Wish => ({
        id: `break-${reason.code}`,
        kind: "break",
        look: "paused",
        reason,
      })),
    );
  }
  if (allowed.has("log_out")) wishes.push({ id: "log_out", kind: "log_out", look: "offline" });
  return wishes;
}

/** Whether there is anything to ask for. */
export function canSetState(row: AgentRow, viewer: Viewer): boolean {
  return row.allowed[viewer].some(
    (action) => action === "on_break" || PLAIN.some((one) => one.action === action),
  );
}

/** Asks for it. */
export function request(row: AgentRow, wish: Wish) {
  const params = { path: { id: row.id } };
  switch (wish.kind) {
    case "log_in":
      return api.POST("/v1/agents/{id}/login", { params, body: {} });
    case "log_out":
      return api.POST("/v1/agents/{id}/logout", { params, body: {} });
    case "stay":
      // Whoever leaves for home is called back by logging in again.
      return row.leaving?.to === "offline"
        ? api.POST("/v1/agents/{id}/login", { params, body: {} })
        : api.PUT("/v1/agents/{id}/status", {
            params,
            body: { status: "available", out_only: row.out_only },
          });
    case "available":
      return api.PUT("/v1/agents/{id}/status", { params, body: { status: "available" } });
    case "out_only":
      return api.PUT("/v1/agents/{id}/status", { params, body: { status: "available", out_only: true } });
    case "not_ready":
      return api.PUT("/v1/agents/{id}/status", { params, body: { status: "not_ready" } });
    case "break":
      return api.PUT("/v1/agents/{id}/status", {
        params,
        body: { status: "on_break", reason: wish.reason?.code },
      });
  }
}
