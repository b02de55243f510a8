// Shortcuts: what is pressed, who wants it, and when it is left alone.

import { Held } from "./held.svelte";
import { keep, kept } from "./kept";

/** A shortcut and what it does. */
export type Shortcut = {
  /** `a`, `?`, `escape`, `alt+1`, `ctrl+k`, `ctrl+enter`. `ctrl` also means ⌘ on Apple's keyboards. */
  keys: string;
  /** What it does, in the reader's language; the list of shortcuts shows it. */
  title: string;
  run: () => void;
  /** Whether it can be used now. */
  when?: () => boolean;
};

/** Single keys are typed, so they are no shortcuts where somebody types; combinations are. */
export function meant(shortcut: Pick<Shortcut, "keys">, event: KeyboardEvent): boolean {
  if (event.isComposing || event.getModifierState?.("AltGraph")) return false;
  const { key, ctrl, alt, shift } = parse(shortcut.keys);
  if (alt !== event.altKey || ctrl !== (event.ctrlKey || event.metaKey)) return false;
  // `?` needs shift on one keyboard and none on another, so only what names shift asks for it.
  if (shift && !event.shiftKey) return false;
  if (keyOf(event) !== key) return false;
  return ctrl || alt || key === "escape" || !types(event.target);
}

/** Whether a shortcut is a single key, which a person can switch off. */
export function isSingle(keys: string): boolean {
  return !keys.includes("+") && keys !== "escape";
}

/** What a shortcut is called on the keys of this machine: `Alt 1`, `⌘ K`. */
export function keyNames(keys: string): string[] {
  return keys.split("+").map((key) => {
    const named = NAMES[key];
    if (named !== undefined) return named;
    return key.length === 1 ? key.toUpperCase() : key.charAt(0).toUpperCase() + key.slice(1);
  });
}

const APPLE = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);
const NAMES: Record<string, string> = {
  ctrl: APPLE ? "⌘" : "Ctrl",
  alt: APPLE ? "⌥" : "Alt",
  shift: "⇧",
  enter: "↵",
  escape: "Esc",
  arrowup: "↑",
  arrowdown: "↓",
};

type Pressed = { key: string; ctrl: boolean; alt: boolean; shift: boolean };

function parse(keys: string): Pressed {
  const parts = keys.toLowerCase().split("+");
  const key = parts.pop() ?? "";
  return { key, ctrl: parts.includes("ctrl"), alt: parts.includes("alt"), shift: parts.includes("shift") };
}

/** With Alt, some keyboards write other signs than stand on the key: there its place counts. */
function keyOf(event: KeyboardEvent): string {
  const place = /^(?:Digit|Numpad|Key)(.)$/.exec(event.code ?? "")?.[1];
  const placed = event.altKey || !/^[\x20-\x7e]$/.test(event.key);
  return (placed && place !== undefined ? place : event.key).toLowerCase();
}

function types(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.getAttribute("contenteditable") === "true") return true;
  if (target instanceof HTMLInputElement) return !NOT_TYPED.has(target.type);
  if (target.closest('[role="combobox"], [aria-haspopup][aria-expanded="true"]')) return true;
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

const NOT_TYPED = new Set([
  "button",
  "checkbox",
  "radio",
  "range",
  "color",
  "file",
  "reset",
  "submit",
  "image",
]);

/** What lies on top of the page. */
const WINDOW = '[role="dialog"][data-state="open"]';

/** A menu or a list that is open: a letter looks for one of its lines. */
const LIST = '[role="menu"][data-state="open"], [role="listbox"]:not([hidden])';

/** All shortcuts of the pages that are open. */
class Keys {
  readonly #held = new Held<Shortcut>();
  #singles = $state(kept("shortcuts", ["on", "off"]));

  /** Whether single keys do something. Combinations always do. */
  get singles(): boolean {
    return this.#singles === "on";
  }
  set singles(on: boolean) {
    this.#singles = on ? "on" : "off";
    keep("shortcuts", this.#singles);
  }

  /** What can be pressed now, for the list of shortcuts. */
  get all(): readonly Shortcut[] {
    return this.#held.all;
  }

  /** Adds shortcuts until the returned function is called; later ones go before earlier ones. */
  hold(shortcuts: readonly Shortcut[]): () => void {
    return this.#held.hold(shortcuts);
  }

  /** Does what a key asks for. A window that is open on top keeps the keys behind it quiet, a list the single ones. */
  press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.repeat) return;
    const wanted = this.#held.all.find((held) => meant(held, event) && (held.when?.() ?? true));
    if (wanted === undefined || (isSingle(wanted.keys) && !this.singles)) return;
    if (document.querySelector(WINDOW) && wanted.keys !== "escape") return;
    if (isSingle(wanted.keys) && document.querySelector(LIST)) return;
    event.preventDefault();
    wanted.run();
  }
}

/** The one list. */
export const keys = new Keys();

/** Holds shortcuts as long as the component is there: `shortcuts(() => [{ keys: "alt+1", title, run }])`. */
export function shortcuts(wanted: () => readonly Shortcut[]): void {
  $effect(() => keys.hold(wanted()));
}
