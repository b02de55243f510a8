// Who the requests are from: a session's cookie with its CSRF token, or the key of a screen on a wall.

/** The one who asks. */
export type Credentials =
  { kind: "nobody" } | { kind: "session"; csrf: string } | { kind: "key"; key: string };

let held: Credentials = { kind: "nobody" };
const enders = new Set<() => void>();
const holders = new Set<() => void>();

/** What the requests carry from now on. */
export function hold(credentials: Credentials): void {
  held = credentials;
  for (const changed of [...holders]) changed();
}

/** Calls back when somebody else asks from now on, or nobody. Returns how to stop that. */
export function onHeld(changed: () => void): () => void {
  holders.add(changed);
  return () => holders.delete(changed);
}

/** What the requests carry. */
export function holds(): Credentials {
  return held;
}

/** Calls back when the server does not know us any more. Returns how to stop that. */
export function onEnded(ended: () => void): () => void {
  enders.add(ended);
  return () => enders.delete(ended);
}

/** The server does not know us any more: an answer, or the stream, said so. */
export function tellEnded(): void {
  for (const ended of [...enders]) ended();
}
