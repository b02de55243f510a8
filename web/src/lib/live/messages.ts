// What is said on the stream, in the words of contract/asyncapi.json.

import type { AgentEventRow, AgentRow, ConversationRow, MessageRow, QueueRow } from "../api";

/** What one can listen to. */
export type Topic = "agents" | "queues" | "agent_events" | "conversations" | `conversation:${string}`;

/** Which of a row's two lists of allowed actions is meant for whoever looks. */
export type Viewer = "self" | "supervisor";

/** All there is of the topics; a large one comes in parts. */
export type Snapshot = {
  type: "snapshot";
  at: number;
  server_time: string;
  viewer: Viewer;
  agents?: AgentRow[];
  queues?: QueueRow[];
  conversations?: ConversationRow[];
  more?: boolean | null;
};

/** A row, under its kind. */
export type Put = { agent?: AgentRow; queue?: QueueRow; conversation?: ConversationRow };

/** The id of a row that is gone, under its kind. */
export type Gone = { agent?: string; queue?: string; conversation?: string };

/** What changed. */
export type Frame = {
  type: "frame";
  at: number;
  put?: Put[];
  drop?: Gone[];
  events?: AgentEventRow[];
  messages?: MessageRow[];
};

/** Why the stream ended. */
export type EndReason =
  | "slow_consumer"
  | "scope_changed"
  | "shutdown"
  | "session_ended"
  | "key_revoked"
  | "not_subscribed"
  | "too_many_errors"
  | "too_many_messages"
  | "no_pong";

/** Whatever the server says. */
export type Message =
  | Snapshot
  | Frame
  | { type: "heartbeat"; at: number; server_time: string }
  | { type: "resync"; at: number; reason: string }
  | { type: "error"; code: string; detail: string }
  | { type: "end"; at?: number | null; reason: EndReason };
