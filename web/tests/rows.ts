// Rows and connections for tests.

import type { AgentRow, QueueRow } from "../src/lib/api";

/** An agent of whom only the id matters, and what a test says about it. */
export function agent(id: string, about: Partial<AgentRow> = {}): AgentRow {
  return { id, name: id, bucket: "ready", ...about } as AgentRow;
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
