// Short words about what was just done, and what went wrong.

import { untrack } from "svelte";
import type { Problem } from "./api/problem";
import { sentence } from "./errors";

/** A word to the person. */
export type Toast = {
  id: number;
  kind: "good" | "info" | "bad";
  text: string;
  action?: { title: string; run: () => void };
};

/** Long enough to be read twice; what went wrong stays until it is taken away. */
const SHOWN_MS = 6_000;

/** More at once would hide the page. */
const SHOWN_MAX = 4;

class Toasts {
  #shown = $state.raw<readonly Toast[]>([]);
  #next = 1;

  /** Those that are seen, oldest first. */
  get shown(): readonly Toast[] {
    return this.#shown;
  }

  /** Shows one. */
  say(text: string, options: { kind?: Toast["kind"]; action?: Toast["action"] } = {}): void {
    const { kind = "good", action } = options;
    const id = this.#next++;
    // The same trouble twice is one trouble.
    const others = untrack(() => this.#shown).filter((toast) => toast.text !== text);
    this.#shown = [...others, { id, kind, text, action }].slice(-SHOWN_MAX);
    if (kind !== "bad") setTimeout(() => this.dismiss(id), SHOWN_MS);
  }

  /** Tells of a refusal. */
  refuse(problem: Problem): void {
    this.say(sentence(problem), { kind: "bad" });
  }

  /** Takes one away. */
  dismiss(id: number): void {
    this.#shown = this.#shown.filter((toast) => toast.id !== id);
  }
}

/** The ones there are. */
export const toasts = new Toasts();
