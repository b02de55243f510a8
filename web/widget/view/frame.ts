// The widget on somebody's page: a host of its own, a launcher, a panel, and what the page around them gives.

import type { Chat, Shown } from "../chat";
import { palette } from "../colour";
import { type Tongue, filled, tongue } from "../words";
import { Aloud } from "./aloud";
import { fill, h, icon, set } from "./dom";
import { Panel } from "./panel";
import { hint } from "./refusals";
import { chime, tune } from "./sound";
import css from "./widget.css?inline";

/** Where the panel takes the whole screen; the same words stand in widget.css. */
const PHONE = "(max-width: 480px), (max-height: 480px) and (pointer: coarse)";
const DARK = "(prefers-color-scheme: dark)";

export function frame(chat: Chat, script: HTMLScriptElement): void {
  const told = tongue(script.dataset["lang"], document.documentElement.lang);
  const host = document.createElement("readyroom-chat");
  const shadow = host.attachShadow({ mode: "open" });
  style(shadow);
  const panel = new Panel(chat, told);
  const aloud = new Aloud(told);
  const badge = h("span", { className: "badge", hidden: true, attrs: { "aria-hidden": "true" } });
  const launcher = h(
    "button",
    {
      type: "button",
      className: "launcher",
      on: { click: () => toggle() },
      attrs: { "aria-haspopup": "dialog" },
    },
    icon("chat"),
    icon("down"),
    badge,
  );
  const root = h(
    "div",
    { className: "root", dir: told.dir, lang: told.lang },
    panel.element,
    launcher,
    aloud.element,
  );
  shadow.append(root);
  document.body.append(host);

  const toggle = () => (chat.shown.open ? chat.close() : chat.open());
  // What is typed here is not meant for the shortcuts of the page.
  for (const event of ["keydown", "keyup", "keypress"])
    shadow.addEventListener(event, (key) => key.stopPropagation());

  const phone = matchMedia(PHONE);
  let before: Shown | undefined;
  let colour: string | null | undefined;
  const draw = () => {
    const shown = chat.shown;
    const looks = shown.widget.is === "known" ? shown.widget.looks : undefined;
    if (looks && colour !== looks.color) paint(root, (colour = looks.color));
    // Until it is known, the launcher would show another colour than its own.
    launcher.hidden = shown.widget.is === "asking";
    const inside = shadow.activeElement !== null;
    if (before?.open !== shown.open) {
      panel.element.hidden = !shown.open;
      set(root, { "data-open": shown.open });
      fitted();
    }
    panel.show(shown);
    mark(launcher, badge, shown, told);
    title(shown.unread);
    if (shown.open && !before?.open) {
      panel.opened();
      if (!shown.quietly) panel.focus();
    }
    if (before?.open && !shown.open && inside) launcher.focus();
    speak(before, shown, aloud, told);
    if (shown.sound && before && !before.sound) tune();
    if (shown.widget.is === "no" && before?.widget.is !== "no") {
      const why = hint(shown.widget.no);
      if (why) console.warn(`Readyroom: ${why}.`);
    }
    before = shown;
  };

  /** A keyboard on a phone takes its room from what is seen, not from the page. */
  const fitted = () => {
    const modal = phone.matches && chat.shown.open;
    set(panel.element, { "aria-modal": modal ? "true" : undefined });
    hold(modal);
    const view = window.visualViewport;
    root.style.setProperty("--seen-height", modal && view ? `${view.height}px` : "100dvh");
    root.style.setProperty("--seen-top", modal && view ? `${view.offsetTop}px` : "0px");
  };
  phone.addEventListener("change", fitted);
  for (const event of ["resize", "scroll"]) window.visualViewport?.addEventListener(event, fitted);

  const dress = () => set(root, { "data-theme": theme(script) });
  dress();
  matchMedia(DARK).addEventListener("change", dress);
  for (const worn of [script, document.documentElement])
    new MutationObserver(dress).observe(worn, { attributeFilter: ["data-theme"] });

  chat.on("message", () => {
    if (chat.shown.sound && (document.hidden || !chat.shown.open || !document.hasFocus())) chime();
  });
  for (const event of ["online", "offline", "focus"])
    addEventListener(event, () => (event === "offline" ? draw() : chat.hurry()));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    chat.hurry();
    chat.seen();
  });
  // A page with an open stream cannot be put aside and brought back whole.
  addEventListener("pagehide", () => chat.leave());
  addEventListener("pageshow", ({ persisted }) => persisted && chat.comeBack());
  chat.watch(draw);
  paint(root, undefined);
  draw();
}

function style(shadow: ShadowRoot): void {
  // A sheet that is constructed needs no leave of the page's policy; an element with styles in it does.
  if ("adoptedStyleSheets" in shadow) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
  } else {
    (shadow as ShadowRoot).append(h("style", {}, css));
  }
}

function paint(root: HTMLElement, colour: string | null | undefined): void {
  const { accent, ink, onLight, onDark } = palette(colour);
  for (const [name, value] of Object.entries({ accent, ink, "on-light": onLight, "on-dark": onDark }))
    root.style.setProperty(`--${name}`, value);
}

/** What the script says, else what the page wears, else what the system wears. */
function theme(script: HTMLScriptElement): string {
  const worn = [script.dataset["theme"], document.documentElement.dataset["theme"]];
  return (
    worn.find((theme) => theme === "light" || theme === "dark") ??
    (matchMedia(DARK).matches ? "dark" : "light")
  );
}

function mark(
  launcher: HTMLElement,
  badge: HTMLElement,
  { open, unread }: Shown,
  { words, number }: Tongue,
): void {
  const told = unread > 9 ? `${number(9)}+` : number(unread);
  const label = open ? words.close : unread ? filled(words.openUnread, { n: number(unread) }) : words.open;
  set(launcher, { "aria-label": label, "aria-expanded": String(open), title: label });
  badge.hidden = open || unread === 0;
  if (badge.textContent !== told) fill(badge, told);
}

/** Its number stands before the page's own title, whatever that is by now. */
function title(unread: number): void {
  const own = document.title.replace(/^\(\d+\+?\) /, "");
  const marked = unread ? `(${unread > 9 ? "9+" : unread}) ${own}` : own;
  if (titled || unread) if (document.title !== marked) document.title = marked;
  titled = unread > 0;
}
let titled = false;

/** The page behind a full screen stays where it is. */
function hold(still: boolean): void {
  const { style } = document.documentElement;
  if (still === (held !== undefined)) return;
  if (still) [held, style.overflow] = [style.overflow, "hidden"];
  else [style.overflow, held] = [held ?? "", undefined];
}
let held: string | undefined;

/** What those who hear the page are told, and nothing they did themselves. */
function speak(before: Shown | undefined, shown: Shown, aloud: Aloud, { words, number }: Tongue): void {
  if (!before || !shown.open) return;
  const known = new Set(before.thread.entries.map((entry) => entry.key));
  if (before.thread.stage.is !== "none" || known.size > 0) {
    for (const entry of shown.thread.entries) {
      if (known.has(entry.key) || entry.is === "mine") continue;
      const name = entry.name ?? words.us;
      if (entry.is === "line")
        aloud.say(
          entry.what === "joined" && !entry.name
            ? words.connectedUnnamed
            : filled(words[entry.what], { name }),
        );
      else if (entry.by === "agent") aloud.say(filled(words.newFrom, { name, text: entry.text }));
    }
  }
  const [was, is] = [before.thread.stage, shown.thread.stage];
  if (is.is === "waiting" && (was.is !== "waiting" || was.place !== is.place))
    aloud.say(is.place ? filled(words.inLine, { n: number(is.place) }) : words.waiting);
  const [wasLost, isLost] = [before.line.is === "lost", shown.line.is === "lost"];
  if (isLost && !wasLost) aloud.say(words.lost);
  if (wasLost && !isLost && shown.line.is !== "closed") aloud.say(words.back);
}
