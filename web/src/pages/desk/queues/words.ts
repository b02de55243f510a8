// How many wait in a queue, in words.

import { m } from "$words";

/** `nobody waits`, `3 wait`. */
export function waitingWords(count: number): string {
  return count === 0 ? m.desk_queue_empty() : m.desk_queue_waiting({ count });
}
