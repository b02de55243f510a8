// How the console looks to this person on this machine: light or dark, roomy or dense.

import { untrack } from "svelte";
import { keep, kept } from "./kept";

const THEMES = ["system", "light", "dark"] as const;
const DENSITIES = ["comfortable", "compact"] as const;

/** What can be chosen. */
export type Theme = (typeof THEMES)[number];
/** How much stands on one screen. */
export type Density = (typeof DENSITIES)[number];

/** The choices, remembered in this browser and put on the document, where the tokens read them. */
class Appearance {
  #theme = $state<Theme>(kept("theme", THEMES));
  #density = $state<Density>(kept("density", DENSITIES));
  #systemDark = $state(false);
  #worn = $state<"light" | "dark" | undefined>(undefined);

  constructor() {
    const system = matchMedia("(prefers-color-scheme: dark)");
    this.#systemDark = system.matches;
    system.addEventListener("change", (event) => {
      this.#systemDark = event.matches;
      this.#show();
    });
    this.#show();
  }

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    keep("theme", theme);
    this.#show();
  }

  get density(): Density {
    return this.#density;
  }
  set density(density: Density) {
    this.#density = density;
    keep("density", density);
    this.#show();
  }

  /** What is seen: `system` resolved. A canvas needs it; styles read the tokens instead. */
  get shown(): "light" | "dark" {
    if (this.#worn !== undefined) return this.#worn;
    return this.#theme === "system" ? (this.#systemDark ? "dark" : "light") : this.#theme;
  }

  /** Shows this theme, whatever was chosen, until the returned function is called: a screen on a wall is dark. */
  wear(theme: "light" | "dark"): () => void {
    this.#worn = theme;
    this.#show();
    return () => {
      this.#worn = undefined;
      this.#show();
    };
  }

  #show(): void {
    const { dataset } = document.documentElement;
    // Whoever wears a theme in an effect is not run again by it.
    dataset.theme = untrack(() => this.shown);
    dataset.density = untrack(() => this.#density);
  }
}

/** The one there is. */
export const appearance = new Appearance();
