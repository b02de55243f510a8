// What is said to those who hear the page: at most a sentence every few seconds, the newest if there were many.

import { ANNOUNCE_MS } from "../limits";
import { type Tongue, filled } from "../words";
import { h } from "./dom";

export class Aloud {
  readonly element = h("div", {
    className: "unseen",
    attrs: { role: "status", "aria-live": "polite", "aria-atomic": "true" },
  });
  readonly #tongue: Tongue;
  #waiting: string[] = [];
  #rests = false;

  constructor(tongue: Tongue) {
    this.#tongue = tongue;
  }

  say(text: string): void {
    if (text === this.#waiting.at(-1)) return;
    this.#waiting.push(text);
    if (!this.#rests) this.#speak();
  }

  #speak(): void {
    this.#rests = this.#waiting.length > 0;
    if (!this.#rests) return;
    const [first, ...more] = this.#waiting;
    const last = more.at(-1) ?? first ?? "";
    this.#waiting = [];
    const { words, number } = this.#tongue;
    this.element.textContent =
      more.length > 1
        ? `${filled(words.newMany, { n: number(more.length + 1) })}. ${last}`
        : [first, ...more].join(". ");
    setTimeout(() => this.#speak(), ANNOUNCE_MS);
  }
}
