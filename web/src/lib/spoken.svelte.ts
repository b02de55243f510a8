// What is read out to those who do not see it: never so often that nothing else can be heard.

/** Between two announcements. */
export const PAUSE_MS = 10_000;

/** Says the first thing at once, and what comes within the pause together at its end. */
export class Spoken {
  #text = $state("");
  #waiting: string[] = [];
  #pause: ReturnType<typeof setTimeout> | undefined;

  /** `together` puts several into one; nothing is said for none. */
  constructor(private readonly together: (texts: readonly string[]) => string | undefined) {}

  /** What stands in the live region. */
  get text(): string {
    return this.#text;
  }

  /** Something to be read out, now or soon. */
  say(text: string): void {
    this.#waiting.push(text);
    if (this.#pause === undefined) this.#speak();
  }

  /** Nobody listens any more. */
  stop(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#waiting = [];
  }

  #speak(): void {
    this.#pause = undefined;
    const texts = this.#waiting;
    if (texts.length === 0) return;
    this.#waiting = [];
    this.#text = this.together(texts) ?? "";
    this.#pause = setTimeout(() => this.#speak(), PAUSE_MS);
  }
}
