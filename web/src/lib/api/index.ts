// The REST interface, typed by the contract.
//
//     const agents = await ask(api.GET("/v1/agents", { params: { query: { limit: 100 } } }));
//     await ask(api.PUT("/v1/agents/{id}/status", { params: { path: { id } }, body: { status: "available" } }));
//
// Both throw a Problem when the server says no.

import createClient from "openapi-fetch";
import type { components, paths } from "../../../generated/api";
import { send } from "./send";

export { Problem, asProblem, type Fault } from "./problem";
export { hold, holds, onEnded, onHeld, tellEnded, type Credentials } from "./credentials";

/** Every shape of the contract, by name: `Schemas["AgentRow"]`. */
export type Schemas = components["schemas"];

/** An agent on the floor: its state in all vocabularies, its instants, and what may be done with it. */
export type AgentRow = Schemas["AgentRow"];
/** A queue in numbers. */
export type QueueRow = Schemas["QueueRow"];
/** A conversation that has not ended. */
export type ConversationRow = Schemas["ConversationRow"];
/** A message of a conversation. */
export type MessageRow = Schemas["MessageRow"];
/** A row of the agents' history. */
export type AgentEventRow = Schemas["AgentEventRow"];
/** A reason for a break. */
export type Reason = Schemas["Reason"];
/** What a person may do. */
export type Role = Schemas["Role"];
/** What a row lets its viewer do; a button shows when its action stands here. */
export type Action = Schemas["Allowed"]["self"][number];

/** One function for each method, typed by path. Wrap the answer in `ask`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });

type Answer<Data> = { data?: Data; response: Response };

/** What was answered; throws the `Problem` when it was a refusal. */
export async function ask<Data>(answer: Promise<Answer<Data>>): Promise<Data> {
  const { data } = await answer;
  // A refusal was thrown by `send`, so what is here is what the contract says of a success: nothing, for a 204.
  return data as Data;
}

/** What was answered, and its ETag: sent back as `If-Match`, it makes sure that nobody changed it meanwhile. */
export type Tagged<Data> = { data: Data; etag: string };

/** Like `ask`, for what is read to be changed. */
export async function askTagged<Data>(answer: Promise<Answer<Data>>): Promise<Tagged<Data>> {
  const { data, response } = await answer;
  return { data: data as Data, etag: response.headers.get("ETag") ?? "" };
}

type Page<Row> = { data: Row[]; next?: string | null };

/** All pages of a list: `await askAll((cursor) => api.GET("/v1/reasons", { params: { query: { cursor } } }))`. */
export async function askAll<Row>(
  page: (cursor: string | undefined) => Promise<Answer<Page<Row> | string>>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const answer = await ask(page(cursor));
    // Some lists are also given as CSV, to whoever asks for that.
    if (typeof answer === "string") throw new Error("a list that is read here is asked for as JSON");
    const { data, next } = answer;
    rows.push(...data);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
