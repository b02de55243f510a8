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

  constructor(
    channel: Channel,
    name = newKey(),
    private readonly turned: (owns: boolean) => void = () => undefined,
  ) {
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
    this.#channel.onmessage = null;
    this.#channel.close();
    this.#turn(false);
  }

  #ask(): void {
    if (this.#owns || this.#waiting !== undefined) return;
    this.#say("who");
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      this.#turn(true);
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
        if (said.tab < this.#name) this.#turn(false);
        else this.#say("me");
        return;
      case "gone":
        this.#ask();
    }
  }

  #turn(owns: boolean): void {
    this.#owns = owns;
    this.turned(owns);
  }

  #say(said: Said["said"]): void {
    this.#channel.postMessage({ said, tab: this.#name } satisfies Said);
  }
}

/**
 * An election in which a tab stands for as long as something in it can do what the elected one does: a tab without a
 * bell must not be the one that rings.
 */
export class Election {
  #owns = $state(false);
  #standing = 0;
  #tabs: Tabs | undefined;

  constructor(
    private readonly name: string,
    private readonly open = (name: string): Channel | undefined =>
      typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(name),
  ) {}

  /** Whether this tab is the one; reactive, as another tab may go. */
  get owns(): boolean {
    return this.#owns;
  }

  /** Stands until the returned function is called. */
  stand(): () => void {
    if (this.#standing++ === 0) {
      this.#join();
      addEventListener("pagehide", this.#leave);
      addEventListener("pageshow", this.#shown);
    }
    return () => {
      if (--this.#standing > 0) return;
      removeEventListener("pagehide", this.#leave);
      removeEventListener("pageshow", this.#shown);
      this.#leave();
    };
  }

  #join(): void {
    const channel = this.open(this.name);
    // Where tabs cannot speak with each other, each is the one.
    if (channel === undefined) this.#owns = true;
    else this.#tabs = new Tabs(channel, newKey(), (owns) => (this.#owns = owns));
  }

  readonly #leave = () => {
    this.#tabs?.leave();
    this.#tabs = undefined;
    this.#owns = false;
  };

  /** A page that the browser had put aside comes again. */
  readonly #shown = (event: PageTransitionEvent) => {
    if (event.persisted && this.#tabs === undefined) this.#join();
  };
}

/** Who rings for what is offered: one of the tabs in which somebody is signed in. */
export const callers = new Election("readyroom.tabs");

/** Who tells that a client wrote: one of the desks that are open. */
export const desks = new Election("readyroom.desks");
