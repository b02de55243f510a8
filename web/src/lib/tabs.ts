// Several tabs of one console: one of them makes the sounds and shows the desktop notifications.

import { newKey } from "./ids";

/** How long whoever asks waits for the owner's answer. */
const ANSWER_MS = 400;

/** How often the others look whether the owner is still there. */
const LOOK_MS = 5_000;

type Said = { said: "who"; tab: string } | { said: "me"; tab: string } | { said: "gone"; tab: string };

/** What tabs say to each other through; tests bring their own. */
export type Channel = Pick<BroadcastChannel, "postMessage" | "close"> & {
  onmessage: ((event: MessageEvent<Said>) => void) | null;
};

/**
 * Elects one tab. Whoever asks and hears nobody is the owner; of two owners the one with the smaller name stays. The
 * owner answers when asked and never beats by itself: a browser slows the timers of hidden tabs, not their messages.
 */
export class Tabs {
  readonly #name: string;
  readonly #channel: Channel;
  #owns = false;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(channel: Channel, name = newKey()) {
    this.#channel = channel;
    this.#name = name;
    channel.onmessage = (event) => this.#heard(event.data);
    this.#ask();
    this.#looking = setInterval(() => this.#ask(), LOOK_MS);
  }

  /** Whether this tab is the one. */
  get owns(): boolean {
    return this.#owns;
  }

  /** This tab goes; another takes over at once. */
  leave(): void {
    clearInterval(this.#looking);
    clearTimeout(this.#waiting);
    this.#say("gone");
    this.#owns = false;
  }

  #ask(): void {
    if (this.#owns || this.#waiting !== undefined) return;
    this.#say("who");
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      this.#owns = true;
      this.#say("me");
    }, ANSWER_MS);
  }

  #heard(said: Said): void {
    switch (said.said) {
      case "who":
        if (this.#owns) this.#say("me");
        return;
      case "me":
        clearTimeout(this.#waiting);
        this.#waiting = undefined;
        if (!this.#owns) return;
        if (said.tab < this.#name) this.#owns = false;
        else this.#say("me");
        return;
      case "gone":
        this.#ask();
    }
  }

  #say(said: Said["said"]): void {
    this.#channel.postMessage({ said, tab: this.#name } satisfies Said);
  }
}

let tabs: Tabs | undefined;

/** Whether this tab makes the sounds and shows the notifications. */
export function ownsTheSound(): boolean {
  return tabs?.owns ?? true;
}

/** Joins the election; called once, when the page starts. */
export function joinTabs(): void {
  if (tabs !== undefined || typeof BroadcastChannel === "undefined") return;
  tabs = new Tabs(new BroadcastChannel("readyroom.tabs"));
  addEventListener("pagehide", () => tabs?.leave());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    tabs = undefined;
    joinTabs();
  });
}
