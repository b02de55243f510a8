// What the messages of a thread tell at a glance: who waits, since when, and what is new.

import type { MessageRow } from "$api";

/** Since when the client waits for an answer: its first word after the agent's last one. */
export function waitingSince(messages: readonly MessageRow[]): string | undefined {
  let since: string | undefined;
  for (let place = messages.length - 1; place >= 0; place--) {
    const message = messages[place];
    if (message?.author === "note") continue;
    if (message?.author !== "client") break;
    since = message.ts;
  }
  return since;
}

/** How many words of the client lie behind the position up to which the thread was read. */
export function unread(messages: readonly MessageRow[], seen: number): number {
  let count = 0;
  for (let place = messages.length - 1; place >= 0; place--) {
    const message = messages[place];
    if (message === undefined || message.position <= seen) break;
    if (message.author === "client") count++;
  }
  return count;
}
