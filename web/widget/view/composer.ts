// Where the visitor writes. Nothing is cut off silently: what is too long is said to be.

import { TEXT_CHARS_MAX, TEXT_CHARS_NEAR, count, lengthOf } from "../limits";
import { type Tongue, filled } from "../words";
import { h, icon, say, set } from "./dom";

export interface Writes {
  write(text: string): void;
  drafted(text: string): void;
}

export class Composer {
  readonly element: HTMLElement;
  readonly field: HTMLTextAreaElement;
  readonly #send: HTMLButtonElement;
  readonly #note: HTMLElement;
  readonly #tongue: Tongue;
  readonly #writes: Writes;

  constructor(tongue: Tongue, writes: Writes, draft: string) {
    this.#tongue = tongue;
    this.#writes = writes;
    const { words } = tongue;
    this.field = h("textarea", {
      rows: 1,
      value: draft,
      placeholder: words.write,
      enterKeyHint: "send",
      dir: "auto",
      attrs: { "aria-label": words.write, "aria-describedby": "keys note", autocomplete: "off" },
      on: {
        input: () => this.#typed(),
        keydown: (event: KeyboardEvent) => this.#key(event),
        paste: (event: ClipboardEvent) => this.#paste(event),
      },
    });
    this.#send = h(
      "button",
      { type: "submit", className: "send", title: words.send, attrs: { "aria-label": words.send } },
      icon("send"),
    );
    this.#note = h("p", { id: "note", className: "note", attrs: { role: "status" } });
    this.element = h(
      "form",
      { className: "composer", noValidate: true, on: { submit: (event: Event) => this.#submit(event) } },
      h("div", { className: "field" }, this.field, this.#send),
      this.#note,
      h("span", { id: "keys", className: "unseen" }, words.keys),
    );
    this.#typed();
  }

  /** As high as what is written, up to a third of the panel. Only what is laid out has a height. */
  fit(): void {
    this.field.style.height = "auto";
    if (this.field.scrollHeight) this.field.style.height = `${this.field.scrollHeight}px`;
  }

  clear(): void {
    this.field.value = "";
    this.#typed();
  }

  #typed(): void {
    const { words, number } = this.#tongue;
    const length = lengthOf(this.field.value);
    const near = length.is === "fits" && length.left < TEXT_CHARS_NEAR;
    this.#say(
      length.is === "over"
        ? filled(words.tooMany, { n: number(length.by) })
        : near
          ? filled(words.left, { n: number(length.left) })
          : "",
      length.is === "over",
    );
    set(this.#send, { "aria-disabled": length.is === "fits" ? undefined : "true" });
    this.#writes.drafted(this.field.value);
    this.fit();
  }

  #key(event: KeyboardEvent): void {
    // While a word is being composed, Enter chooses it. Old browsers only tell by the number of the key.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!event.repeat) this.#submit(event);
  }

  #paste(event: ClipboardEvent): void {
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    const { value, selectionStart, selectionEnd } = this.field;
    if (count(value) - count(value.slice(selectionStart, selectionEnd)) + count(pasted) <= TEXT_CHARS_MAX)
      return;
    event.preventDefault();
    const { words, number } = this.#tongue;
    this.#say(filled(words.pasteTooLong, { n: number(count(pasted)), max: number(TEXT_CHARS_MAX) }), true);
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (lengthOf(this.field.value).is !== "fits") return;
    this.#writes.write(this.field.value);
    this.clear();
    this.field.focus();
  }

  #say(text: string, wrong: boolean): void {
    say(this.#note, text);
    this.#note.hidden = text === "";
    set(this.#note, { "data-wrong": wrong });
    set(this.field, { "aria-invalid": wrong ? "true" : undefined });
  }
}
