// Rows and connections for tests.

import type { AgentRow, QueueRow } from "../src/lib/api";

const SINCE = "2026-03-02T09:00:00.000Z";

/** An agent who is ready in no queue and has nothing to do; the rest is what a test says about it. */
export function agent(id: string, about: Partial<AgentRow> = {}): AgentRow {
  return {
    id,
    position: 1,
    name: id,
    login: id,
    teams: [],
    skills: [],
    active: true,
    bucket: "ready",
    bucket_since: SINCE,
    desk: "available",
    supervisor: "available",
    widget: { status: "active_free" },
    widget_shows_counts: true,
    queues: [],
    status: "available",
    status_since: SINCE,
    out_only: false,
    threads: 0,
    chats: 0,
    awaiting_agent: 0,
    parked: 0,
    offers: 0,
    misses: 0,
    slots_used: 0,
    slots: 5,
    handled: 0,
    held: false,
    idle_since: SINCE,
    channels: ["chat"],
    dead_channels: [],
    available_in_no_queue: false,
    allowed: { self: [], supervisor: [] },
    ...about,
  };
}

/** A queue likewise. */
export function queue(id: string, about: Partial<QueueRow> = {}): QueueRow {
  return { id, name: id, waiting: 0, ...about } as QueueRow;
}

/** A connection whose server is the test. */
export class FakeSocket {
  readyState: number = WebSocket.CONNECTING;
  onopen: (() => void) | null = null;
  onmessage: ((event: MessageEvent<string>) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly said: { subscribe?: string[]; since?: number; bye?: boolean }[] = [];

  open(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
  }
  send(text: string): void {
    this.said.push(JSON.parse(text));
  }
  tell(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent<string>);
  }
  break(): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.();
  }
  close(): void {
    this.readyState = WebSocket.CLOSED;
  }
}
