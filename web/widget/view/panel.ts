// The panel: who one talks to, how things stand, the thread, and where to write.

import { type Chat, type Shown, shutBy } from "../chat";
import { LOST_MS_SHOWN } from "../limits";
import type { Stage } from "../thread";
import { type Tongue, filled } from "../words";
import { about } from "./about";
import { Composer } from "./composer";
import { fill, h, icon, say, set } from "./dom";
import { Log } from "./log";
import { refusal } from "./refusals";

export class Panel {
  readonly element: HTMLElement;
  readonly #chat: Chat;
  readonly #tongue: Tongue;
  readonly #log: Log;
  readonly #composer: Composer;
  readonly #face = h("span", { className: "face", attrs: { "aria-hidden": "true" } });
  readonly #title = h("h2", { id: "title" });
  readonly #under = h("p", { className: "under" });
  readonly #sound: HTMLButtonElement;
  readonly #ends: HTMLButtonElement;
  readonly #leave: HTMLButtonElement;
  readonly #told = h("span", { className: "told" });
  readonly #strip: HTMLElement;
  readonly #lost: HTMLElement;
  readonly #notice = h("p", { className: "notice", hidden: true, attrs: { role: "status" } });
  readonly #hello: HTMLElement;
  readonly #anew: HTMLElement;
  readonly #sheet: HTMLElement;
  #hellos = "";
  #visitor = 0;
  #countdown: ReturnType<typeof setTimeout> | undefined;
  #until: { readonly no: Shown["no"]; readonly at: number } | undefined;

  constructor(chat: Chat, tongue: Tongue) {
    this.#chat = chat;
    this.#tongue = tongue;
    const { words } = tongue;
    const press = (label: string, name: Parameters<typeof icon>[0], click: () => void) =>
      h(
        "button",
        { type: "button", className: "tool", title: label, on: { click }, attrs: { "aria-label": label } },
        icon(name),
      );
    this.#sound = press(words.soundOn, "mute", () => chat.sound(!chat.shown.sound));
    const ends = (label: string) =>
      h("button", { type: "button", className: "quiet", on: { click: () => this.#ask(true) } }, label);
    [this.#ends, this.#leave] = [ends(words.end), ends(words.leave)];
    const dots = h("span", { className: "dots", attrs: { "aria-hidden": "true" } }, h("i"), h("i"), h("i"));
    this.#strip = h("div", { className: "strip", hidden: true }, dots, this.#told, this.#leave);
    this.#lost = h(
      "div",
      { className: "lost", hidden: true },
      icon("cloud"),
      h("span", {}, words.lost),
      h("button", { type: "button", on: { click: () => chat.hurry() } }, words.tryNow),
    );
    this.#hello = h("div", { className: "hello" });
    this.#log = new Log(tongue, this.#hello, (key) => chat.again(key));
    this.#composer = new Composer(
      tongue,
      { write: (text) => chat.write(text), drafted: (text) => chat.drafted(text) },
      chat.draft,
    );
    this.#anew = h(
      "div",
      { className: "anew", hidden: true },
      h(
        "button",
        { type: "button", className: "filled wide", on: { click: () => this.#begin() } },
        words.anew,
      ),
    );
    this.#sheet = this.#confirm();
    this.element = h(
      "section",
      {
        className: "panel",
        hidden: true,
        tabIndex: -1,
        on: { keydown: (event: KeyboardEvent) => this.#key(event) },
        attrs: { role: "dialog", "aria-labelledby": "title" },
      },
      h(
        "div",
        { className: "head" },
        this.#face,
        h("div", { className: "who" }, this.#title, this.#under),
        this.#ends,
        this.#sound,
        press(words.close, "close", () => chat.close()),
      ),
      this.#strip,
      this.#lost,
      this.#log.element,
      this.#notice,
      this.#composer.element,
      this.#anew,
      this.#sheet,
    );
  }

  /** Where the visitor goes on when the panel opens. */
  focus(): void {
    // A keyboard that comes up unasked covers half of a phone, and what is to be read first.
    const phone = this.element.ariaModal === "true";
    const next = this.#anew.hidden ? this.#composer.field : this.#anew.querySelector("button");
    const target = phone || next?.closest("[hidden]") ? this.element : next;
    target?.focus({ preventScroll: true });
  }

  opened(): void {
    this.#composer.fit();
    this.#log.toEnd();
  }

  show(shown: Shown): void {
    const { stage } = shown.thread;
    if (shown.visitor !== this.#visitor) {
      this.#visitor = shown.visitor;
      this.#composer.clear();
      this.#ask(false);
    }
    this.#head(shown);
    this.#stands(shown, stage);
    this.#greet(shown);
    this.#log.show(shown.thread, this.#chat.now());
    this.#refuse(shown);
    const over = stage.is === "ended" && !shown.anew;
    const shut = shutBy(shown.widget) !== undefined;
    const focused = focusedIn(this.element);
    const moves =
      focused !== null &&
      ((over && this.#composer.element.contains(focused)) ||
        (!over && this.#anew.contains(focused)) ||
        this.#sheet.contains(focused));
    this.#composer.element.hidden = over || shut;
    this.#anew.hidden = !over || shut;
    if (over) this.#ask(false);
    if (moves && (over || this.#sheet.hidden)) this.focus();
    const { words } = this.#tongue;
    const label = shown.sound ? words.soundOff : words.soundOn;
    if (this.#sound.title !== label) {
      this.#sound.title = label;
      set(this.#sound, { "aria-label": label });
      fill(this.#sound, icon(shown.sound ? "bell" : "mute"));
    }
  }

  #head({ widget, thread: { stage } }: Shown): void {
    const { words } = this.#tongue;
    const known = widget.is === "known";
    const us = known ? widget.looks.name : words.chat;
    const agent = stage.is === "active" ? stage.agent : undefined;
    say(this.#title, agent ?? us);
    const face = known ? initial(agent ?? us) : "";
    if (this.#face.textContent !== face || this.#face.childNodes.length === 0)
      fill(this.#face, face || icon("chat"));
    set(this.#face, { "data-agent": agent !== undefined });
    const under = {
      none: known ? words.welcome : "",
      waiting: words.waiting,
      active: agent ? words.withYou : words.connectedUnnamed,
      ended: words.over,
    }[stage.is];
    say(this.#under, under);
    set(this.#under, { "data-stage": stage.is });
  }

  #stands(shown: Shown, stage: Stage): void {
    const { words, number } = this.#tongue;
    const lost = shown.line.is === "lost" || (shown.line.is !== "closed" && !navigator.onLine);
    // A line that comes back at once was not worth a word.
    const since = shown.line.is === "lost" ? shown.line.since : Date.now();
    this.#lost.hidden = !lost || Date.now() - since < LOST_MS_SHOWN;
    if (lost && this.#lost.hidden)
      setTimeout(() => this.#stands(this.#chat.shown, this.#chat.shown.thread.stage), LOST_MS_SHOWN);
    const ends = stage.is === "active";
    const held = this.#ends === focusedIn(this.element) && !ends;
    this.#ends.hidden = !ends;
    this.#ends.disabled = this.#leave.disabled = shown.ending;
    if (held) this.focus();
    this.#strip.hidden = stage.is !== "waiting";
    const place = stage.is === "waiting" ? stage.place : undefined;
    say(this.#told, place ? filled(words.inLine, { n: number(place) }) : words.inLineSomewhere);
  }

  #greet({ widget, thread, asks, visitor }: Shown): void {
    const { words } = this.#tongue;
    const no = shutBy(widget);
    const shut = no ? refusal(no, this.#tongue, 0) : "";
    const looks = widget.is === "known" ? widget.looks : undefined;
    const asked = asks && looks !== undefined && thread.stage.is === "none" && thread.entries.length === 0;
    const key = [looks?.name, looks?.greeting, asked, shut, visitor].join("\n");
    if (this.#hellos === key) return;
    this.#hellos = key;
    const focused = this.#hello.contains(focusedIn(this.element));
    fill(
      this.#hello,
      looks && h("div", { className: "crest", attrs: { "aria-hidden": "true" } }, initial(looks.name)),
      looks && h("p", { className: "greeting", dir: "auto" }, looks.greeting || words.welcome),
      shut !== "" &&
        h("div", { className: "shut" }, icon("alert"), h("p", { attrs: { role: "status" } }, shut)),
      asked &&
        about(this.#tongue, {
          identify: (who) => this.#chat.identify(who),
          unasked: () => this.#chat.unasked(),
        }),
    );
    if (focused && !asked) this.#composer.field.focus();
  }

  #refuse({ widget, no, line }: Shown): void {
    clearTimeout(this.#countdown);
    const why = widget.is !== "no" ? no : shutBy(widget) ? undefined : widget.no;
    // The banner says the same already.
    if (!why || (why.is === "unreachable" && line.is === "lost")) {
      this.#notice.hidden = true;
      this.#until = undefined;
      return;
    }
    if (this.#until?.no !== why)
      this.#until = { no: why, at: Date.now() + (why.is === "later" ? why.after_s * 1_000 : 0) };
    const seconds = Math.ceil((this.#until.at - Date.now()) / 1_000);
    say(this.#notice, refusal(why, this.#tongue, seconds));
    this.#notice.hidden = why.is === "later" && seconds < 1;
    set(this.#notice, { "data-passes": why.is === "later" || why.is === "unreachable" });
    set(this.#notice, { "aria-live": why.is === "later" ? "off" : "polite" });
    if (why.is === "later" && seconds > 0)
      this.#countdown = setTimeout(() => this.#refuse(this.#chat.shown), 1_000);
  }

  #begin(): void {
    this.#chat.anew();
    this.#composer.field.focus();
  }

  #confirm(): HTMLElement {
    const { words } = this.#tongue;
    const yes = h(
      "button",
      { type: "button", className: "filled bad", on: { click: () => this.#end() } },
      words.endYes,
    );
    const no = h(
      "button",
      { type: "button", className: "outlined", on: { click: () => this.#ask(false) } },
      words.endNo,
    );
    const card = h(
      "div",
      {
        className: "card",
        attrs: {
          role: "alertdialog",
          "aria-modal": "true",
          "aria-labelledby": "ask",
          "aria-describedby": "sure",
        },
      },
      h("h3", { id: "ask" }, words.endAsk),
      h("p", { id: "sure" }, words.endSure),
      h("div", { className: "choices" }, no, yes),
    );
    return h(
      "div",
      {
        className: "sheet",
        hidden: true,
        on: { click: (event: Event) => event.target === event.currentTarget && this.#ask(false) },
      },
      card,
    );
  }

  #ask(open: boolean): void {
    if (this.#sheet.hidden === !open) return;
    this.#sheet.hidden = !open;
    for (const child of this.element.children) if (child !== this.#sheet) (child as HTMLElement).inert = open;
    const back = this.#ends.hidden ? this.#leave : this.#ends;
    (open ? this.#sheet.querySelector<HTMLElement>(".outlined") : back)?.focus();
  }

  #end(): void {
    this.#ask(false);
    void this.#chat.end();
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      if (this.#sheet.hidden) this.#chat.close();
      else this.#ask(false);
    }
    if (event.key === "Tab" && this.element.getAttribute("aria-modal") === "true") this.#trap(event);
  }

  /** Where the panel is all there is to see, it is all there is to reach. */
  #trap(event: KeyboardEvent): void {
    const stops = [
      ...this.element.querySelectorAll<HTMLElement>("button, a[href], input, textarea, [tabindex]"),
    ].filter(
      (stop) =>
        stop.getClientRects().length > 0 && !stop.closest("[inert]") && !(stop as HTMLButtonElement).disabled,
    );
    const focused = focusedIn(this.element);
    const [leaves, enters] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (focused !== leaves || !enters) return;
    event.preventDefault();
    enters.focus();
  }
}

function focusedIn(element: Element): Element | null {
  return (element.getRootNode() as ShadowRoot).activeElement;
}

function initial(name: string): string {
  return (Array.from(name.trim())[0] ?? "?").toLocaleUpperCase();
}
