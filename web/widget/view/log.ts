// The thread on the page: days, groups of bubbles, lines between them.

import { SHOWN_MAX } from "../limits";
import { parts } from "../links";
import type { Entry, Thread } from "../thread";
import { type Tongue, midnight } from "../words";
import { type Child, h, icon, sentence } from "./dom";

/** Words of one author belong together as long as no longer pause is between them. */
const PAUSE_MS = 5 * 60_000;
/** Who is this near to the end reads along. */
const NEAR_PX = 80;

export class Log {
  readonly element: HTMLElement;
  readonly #list: HTMLElement;
  readonly #lead: HTMLElement;
  readonly #earlier: HTMLButtonElement;
  readonly #below: HTMLButtonElement;
  readonly #tongue: Tongue;
  readonly #again: (key: string) => void;
  readonly #drawn = new Map<string, { readonly node: HTMLElement; readonly as: string }>();
  #shown = SHOWN_MAX;
  #thread: Thread | undefined;
  #day = 0;

  constructor(tongue: Tongue, lead: HTMLElement, again: (key: string) => void) {
    this.#tongue = tongue;
    this.#again = again;
    this.#lead = lead;
    const { words } = tongue;
    this.#list = h("div", { className: "list" });
    this.#earlier = h(
      "button",
      { type: "button", className: "quiet earlier", hidden: true, on: { click: () => this.#more() } },
      words.earlier,
    );
    this.#below = h(
      "button",
      { type: "button", className: "below", hidden: true, on: { click: () => this.toEnd(true) } },
      icon("down"),
      words.below,
    );
    const scroll = h(
      "div",
      {
        className: "log",
        tabIndex: 0,
        on: { scroll: () => this.#near() && (this.#below.hidden = true) },
        attrs: { role: "log", "aria-live": "off", "aria-label": words.thread },
      },
      lead,
      this.#earlier,
      this.#list,
    );
    this.element = h("div", { className: "thread" }, scroll, this.#below);
  }

  get #scroll(): HTMLElement {
    return this.#lead.parentElement as HTMLElement;
  }

  show(thread: Thread, now: number): void {
    if (thread === this.#thread && midnight(now) === this.#day) return;
    const before = this.#thread;
    [this.#thread, this.#day] = [thread, midnight(now)];
    const near = this.#near();
    this.#draw(now);
    const last = thread.entries.at(-1);
    const own = last?.is === "mine" && last !== before?.entries.at(-1);
    if (near || own) this.toEnd(before !== undefined && own);
    else if (last?.is === "said" && last.by === "agent" && last.key !== before?.entries.at(-1)?.key)
      this.#below.hidden = false;
  }

  toEnd(gently = false): void {
    this.#below.hidden = true;
    this.#scroll.scrollTo({ top: this.#scroll.scrollHeight, behavior: gently ? "smooth" : "instant" });
  }

  #near(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }

  #more(): void {
    const fromEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop;
    this.#shown += SHOWN_MAX;
    this.#draw(Date.now());
    this.#scroll.scrollTop = this.#scroll.scrollHeight - fromEnd;
    this.#scroll.focus();
  }

  #draw(now: number): void {
    const entries = this.#thread?.entries ?? [];
    const from = Math.max(0, entries.length - this.#shown);
    this.#earlier.hidden = from === 0;
    const nodes: HTMLElement[] = [];
    const kept = new Set<string>();
    const draw = (key: string, as: string, make: () => HTMLElement) => {
      const drawn = this.#drawn.get(key);
      const node = drawn?.as === as ? drawn.node : make();
      if (drawn && drawn.node !== node) node.classList.add("still");
      this.#drawn.set(key, { node, as });
      kept.add(key);
      nodes.push(node);
    };
    entries.slice(from).forEach((entry, index, shown) => {
      const [before, after] = [shown[index - 1], shown[index + 1]];
      if (!before || midnight(before.at) !== midnight(entry.at)) {
        const day = this.#tongue.day(entry.at, now);
        draw(`day:${midnight(entry.at)}`, day, () => h("div", { className: "day" }, h("span", {}, day)));
      }
      const [first, last] = [!together(before, entry), !together(entry, after)];
      draw(entry.key, JSON.stringify([entry, first, last]), () => this.#entry(entry, first, last));
    });
    for (const key of this.#drawn.keys()) if (!kept.has(key)) this.#drawn.delete(key);
    // In place: what stands already keeps its focus and its selection.
    nodes.forEach((node, index) => {
      const there = this.#list.children[index];
      if (there !== node) this.#list.insertBefore(node, there ?? null);
    });
    while (this.#list.children.length > nodes.length) this.#list.lastElementChild?.remove();
  }

  #entry(entry: Entry, first: boolean, last: boolean): HTMLElement {
    const { words } = this.#tongue;
    if (entry.is === "line") {
      const said = entry.name
        ? words[entry.what]
        : entry.what === "joined"
          ? words.connectedUnnamed
          : words[entry.what];
      return h(
        "div",
        { className: `line ${entry.what}` },
        h("span", {}, ...sentence(said, { name: entry.name ?? words.us })),
      );
    }
    const own = entry.is === "mine" || entry.by === "visitor";
    const name = own ? words.you : (entry.is === "said" && entry.name) || words.us;
    const failed = entry.is === "mine" && entry.how.is === "failed";
    const pending = entry.is === "mine" && !failed;
    const side = `${own ? "own" : "theirs"}${first ? " first" : ""}${last ? " last" : ""}${pending ? " pending" : ""}${failed ? " failed" : ""}`;
    const text = h(
      "div",
      { className: "bubble" },
      h("div", { className: "text", dir: "auto" }, ...linked(entry.text)),
    );
    const foot = failed
      ? this.#failed(entry.key)
      : pending
        ? h("div", { className: "foot" }, words.sending)
        : last
          ? h("div", { className: "foot" }, this.#tongue.time(entry.at))
          : undefined;
    const head =
      !own && first
        ? h("div", { className: "by", dir: "auto" }, name)
        : h("span", { className: "unseen" }, h("bdi", {}, name), ": ");
    return h("div", { className: `said ${side}` }, head, text, foot);
  }

  #failed(key: string): HTMLElement {
    const { words } = this.#tongue;
    const again = h(
      "button",
      { type: "button", className: "again", on: { click: () => this.#again(key) } },
      icon("again"),
      words.again,
    );
    return h("div", { className: "foot" }, icon("alert"), h("span", {}, words.unsent), again);
  }
}

function together(one: Entry | undefined, next: Entry | undefined): boolean {
  if (!one || !next || one.is === "line" || next.is === "line") return false;
  const author = (entry: typeof one) =>
    entry.is === "mine" || entry.by === "visitor" ? "" : `${entry.name ?? "?"}`;
  return (
    author(one) === author(next) && next.at - one.at < PAUSE_MS && midnight(one.at) === midnight(next.at)
  );
}

/** A text with its addresses as links. They tell where they lead, and nothing to where they lead. */
export function linked(text: string): Child[] {
  return parts(text).map((part) =>
    part.is === "text"
      ? part.text
      : h(
          "a",
          { href: part.href, target: "_blank", rel: "noopener noreferrer nofollow", title: part.href },
          part.text,
        ),
  );
}
