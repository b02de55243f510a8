// Every no as a sentence for the visitor.

import type { No } from "../server";
import { type Tongue, filled } from "../words";

export function refusal(no: No, { words, number }: Tongue, seconds: number): string {
  switch (no.is) {
    case "unreachable":
      return words.noReach;
    case "closed":
      return words.noOrigin;
    case "later":
      return filled(no.often ? words.noOften : words.noLater, { n: number(Math.max(1, seconds)) });
    case "stranger":
      return words.noOther;
    case "refused":
      if (no.code === "blocked" || no.code === "client_blocked") return words.noBlocked;
      if (no.code === "origin") return words.noOrigin;
      if (no.status === 403) return words.noOrigin;
      if (no.status === 404) return words.noWidget;
      if (no.status === 413 || no.status === 422) return words.noText;
      return words.noOther;
  }
}

/** For whoever puts the widget on a page: what to look at, where the visitor is told only that it does not work. */
export function hint(no: No): string | undefined {
  if (no.is === "unreachable")
    return "the server does not answer, or the page's Content-Security-Policy lacks it in connect-src";
  if (no.is === "closed")
    return `either ${location.origin} is not among the widget's origins, or there is no such widget (data-widget)`;
  if (no.is !== "refused") return undefined;
  if (no.status === 404) return "the server knows no such widget; see data-widget";
  if (no.status === 403) return `${location.origin} is not among the widget's origins`;
  return `the server said ${no.status} ${no.code}`;
}
