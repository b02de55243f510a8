import { expect, test, vi } from "vitest";
import { keys, meant } from "../src/lib/keys.svelte";

function press(init: KeyboardEventInit, target: HTMLElement = document.body): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { cancelable: true, bubbles: true, ...init });
  Object.defineProperty(event, "target", { value: target });
  // The test's browser takes every Alt for an AltGr.
  event.getModifierState = () => false;
  return event;
}

const field = document.createElement("textarea");

test("a single key is no shortcut where somebody types", () => {
  expect(meant({ keys: "a" }, press({ key: "a", code: "KeyA" }))).toBe(true);
  expect(meant({ keys: "a" }, press({ key: "a", code: "KeyA" }, field))).toBe(false);
});

test("a combination is one everywhere", () => {
  const digit = press({ key: "1", code: "Digit1", altKey: true }, field);
  expect(meant({ keys: "alt+1" }, digit)).toBe(true);
  expect(meant({ keys: "ctrl+enter" }, press({ key: "Enter", ctrlKey: true }, field))).toBe(true);
  expect(meant({ keys: "ctrl+enter" }, press({ key: "Enter", metaKey: true }, field))).toBe(true);
});

test("with Alt the place of a key counts, not the sign it writes", () => {
  expect(meant({ keys: "alt+1" }, press({ key: "¡", code: "Digit1", altKey: true }))).toBe(true);
});

test("on a keyboard with other letters the place of a key counts", () => {
  expect(meant({ keys: "a" }, press({ key: "ش", code: "KeyA" }))).toBe(true);
  // On a French keyboard the key in this place writes q, and that is what its owner reads on it.
  expect(meant({ keys: "a" }, press({ key: "q", code: "KeyA" }))).toBe(false);
});

test("a question mark needs no shift to be named", () => {
  expect(meant({ keys: "?" }, press({ key: "?", code: "Slash", shiftKey: true }))).toBe(true);
});

test("AltGr writes a sign and is no shortcut", () => {
  const event = press({ key: "@", code: "KeyQ", altKey: true, ctrlKey: true });
  event.getModifierState = (name) => name === "AltGraph";
  expect(meant({ keys: "ctrl+alt+q" }, event)).toBe(false);
});

test("the newest page's shortcut goes first, and is gone with it", () => {
  const [older, newer] = [vi.fn(), vi.fn()];
  const offOlder = keys.hold([{ keys: "a", title: "", run: older }]);
  const offNewer = keys.hold([{ keys: "a", title: "", run: newer }]);
  keys.press(press({ key: "a", code: "KeyA" }));
  offNewer();
  keys.press(press({ key: "a", code: "KeyA" }));
  offOlder();
  keys.press(press({ key: "a", code: "KeyA" }));
  expect([older.mock.calls.length, newer.mock.calls.length]).toEqual([1, 1]);
});

test("single keys can be switched off, combinations stay", () => {
  const run = vi.fn();
  const off = keys.hold([
    { keys: "a", title: "", run },
    { keys: "alt+1", title: "", run },
  ]);
  keys.singles = false;
  keys.press(press({ key: "a", code: "KeyA" }));
  expect(run).not.toHaveBeenCalled();
  keys.press(press({ key: "1", code: "Digit1", altKey: true }));
  expect(run).toHaveBeenCalledOnce();
  keys.singles = true;
  off();
});

test("what cannot be done now is not done", () => {
  const run = vi.fn();
  const off = keys.hold([{ keys: "a", title: "", run, when: () => false }]);
  keys.press(press({ key: "a", code: "KeyA" }));
  expect(run).not.toHaveBeenCalled();
  off();
});

test("a letter that is typed into an open menu or list is for that list, a combination is not", () => {
  const run = vi.fn();
  const off = keys.hold([
    { keys: "d", title: "", run },
    { keys: "alt+d", title: "", run },
  ]);
  for (const open of [
    '<div role="menu" data-state="open"></div>',
    '<div role="listbox"></div>',
    '<div role="dialog" data-state="open"></div>',
  ]) {
    document.body.innerHTML = open;
    keys.press(press({ key: "d", code: "KeyD" }));
  }
  expect(run).not.toHaveBeenCalled();
  document.body.innerHTML = '<div role="menu" data-state="open"></div>';
  keys.press(press({ key: "d", code: "KeyD", altKey: true }));
  document.body.innerHTML = '<div role="menu" data-state="closed"></div><div role="listbox" hidden></div>';
  keys.press(press({ key: "d", code: "KeyD" }));
  expect(run).toHaveBeenCalledTimes(2);
  document.body.innerHTML = "";
  off();
});
