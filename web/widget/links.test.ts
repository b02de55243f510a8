// Which addresses become links, and where they end.

import { expect, it } from "vitest";
import { parts } from "./links";

const links = (text: string) =>
  parts(text)
    .filter((part) => part.is === "link")
    .map((part) => part.text);

it("keeps every letter of the text", () => {
  for (const text of [
    "",
    "no link",
    "see https://a.example/x?y=1#z, and http://b.example.",
    "https://a.example https://b.example",
    "<b>https://c.example</b>",
  ]) {
    expect(
      parts(text)
        .map((part) => part.text)
        .join(""),
    ).toBe(text);
  }
});

it("ends an address where the sentence goes on", () => {
  expect(links("See https://shop.example/orders/7.")).toEqual(["https://shop.example/orders/7"]);
  expect(links("(https://shop.example/a_(b))")).toEqual(["https://shop.example/a_(b)"]);
  expect(links("“https://shop.example”, right?")).toEqual(["https://shop.example"]);
  expect(links("[a](https://shop.example/a) and {https://shop.example/b}")).toEqual([
    "https://shop.example/a",
    "https://shop.example/b",
  ]);
  expect(links("انظر https://shop.example/a؟")).toEqual(["https://shop.example/a"]);
});

it("makes links of http and https only", () => {
  expect(
    links("javascript:alert(1) data:text/html,x ftp://a.example file:///etc xhttps://a.example"),
  ).toEqual([]);
  expect(links("HTTPS://A.EXAMPLE/x")).toEqual(["HTTPS://A.EXAMPLE/x"]);
});

it("makes no link of what hides where it leads", () => {
  expect(links("https://bank.example@evil.example/")).toEqual([]);
  expect(links("https://")).toEqual([]);
  // The rest of a line must not be turned around inside an address.
  expect(links("https://a.example/\u202egpj.exe")).toEqual(["https://a.example/"]);
  expect(links("https://a.example/\u200fabc")).toEqual(["https://a.example/"]);
});

it("lets no markup out of an address", () => {
  const [part] = parts('https://a.example/"onmouseover="alert(1)');
  expect(part).toEqual({ is: "link", text: "https://a.example/", href: "https://a.example/" });
});

it("is quick with a long text of nothing but beginnings", () => {
  const began = performance.now();
  parts("https://(".repeat(5_000) + ")".repeat(20_000));
  expect(performance.now() - began).toBeLessThan(500);
});
