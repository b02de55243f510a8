// Who the visitor is, if they care to say. Writing works without.

import { EMAIL_BYTES_MAX, NAME_CHARS_MAX } from "../limits";
import type { Who } from "../server";
import type { Tongue } from "../words";
import { h, say, set } from "./dom";

export interface Asks {
  identify(who: Who): void;
  unasked(): void;
}

export function about({ words }: Tongue, asks: Asks): HTMLFormElement {
  const name = h("input", {
    id: "name",
    type: "text",
    maxLength: NAME_CHARS_MAX,
    autocomplete: "given-name",
    dir: "auto",
    enterKeyHint: "next",
  });
  const email = h("input", {
    id: "email",
    type: "email",
    maxLength: EMAIL_BYTES_MAX,
    autocomplete: "email",
    dir: "ltr",
    enterKeyHint: "done",
    attrs: { "aria-describedby": "wrong" },
  });
  const wrong = h("p", {
    id: "wrong",
    className: "note",
    hidden: true,
    attrs: { role: "status", "data-wrong": true },
  });
  const submit = (event: Event) => {
    event.preventDefault();
    const valid = email.validity.valid;
    wrong.hidden = valid;
    say(wrong, valid ? "" : words.emailWrong);
    set(email, { "aria-invalid": valid ? undefined : "true" });
    if (!valid) return email.focus();
    const who: Who = {
      ...(name.value.trim() ? { name: name.value.trim() } : {}),
      ...(email.value.trim() ? { email: email.value.trim() } : {}),
    };
    if (who.name || who.email) asks.identify(who);
    else asks.unasked();
  };
  return h(
    "form",
    { className: "about", noValidate: true, on: { submit }, attrs: { "aria-labelledby": "about" } },
    h("h3", { id: "about" }, words.aboutTitle),
    h("p", {}, words.aboutWhy),
    h("div", { className: "pair" }, h("label", { htmlFor: "name" }, words.name), name),
    h("div", { className: "pair" }, h("label", { htmlFor: "email" }, words.email), email),
    wrong,
    h(
      "div",
      { className: "choices" },
      h("button", { type: "button", className: "quiet", on: { click: () => asks.unasked() } }, words.skip),
      h("button", { type: "submit", className: "filled" }, words.save),
    ),
  );
}
