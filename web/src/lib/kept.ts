// What this browser remembers between visits.

const PREFIX = "readyroom.";

/** Reads a remembered word if it is one of those there are, else gives the first of them. */
export function kept<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
  const word = read(name);
  return words.find((known) => known === word) ?? words[0];
}

/** Reads what is remembered. A browser that forbids it remembers nothing. */
export function read(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers, if the browser lets us. */
export function keep(name: string, word: string): void {
  try {
    localStorage.setItem(PREFIX + name, word);
  } catch {
    // Private windows with no room: it holds until the page is closed.
  }
}

/** Remembers it no longer. */
export function forget(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // What is forbidden to be remembered was not.
  }
}

/** The names of what is remembered, of those that begin so. */
export function keptNames(beginning: string): string[] {
  try {
    const names = Array.from({ length: localStorage.length }, (_, place) => localStorage.key(place) ?? "");
    const begins = names.filter((name) => name.startsWith(PREFIX + beginning));
    return begins.map((name) => name.slice(PREFIX.length));
  } catch {
    return [];
  }
}
