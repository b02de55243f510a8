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
