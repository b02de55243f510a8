import { expect, test, vi } from "vitest";
import { Election } from "../src/lib/tabs.svelte";
import { title } from "../src/lib/title.svelte";

test("a browser that lets no page show notifications goes without them", async () => {
  const throws = vi.fn(function () {
    throw new TypeError("Illegal constructor");
  });
  vi.stubGlobal("Notification", Object.assign(throws, { permission: "granted" }));
  vi.resetModules();
  const { notify } = await import("../src/lib/notify.svelte");
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
  const alone = new Election("x", () => undefined);
  expect(() => notify.show("Daniel wrote", "Hello", "word", alone)()).not.toThrow();
  expect(throws).not.toHaveBeenCalled();
  alone.stand();
  expect(() => notify.show("Daniel wrote", "Hello", "word", alone)()).not.toThrow();
  expect(throws).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});

test("what nobody has looked at is counted before the page's name", () => {
  title.page = "Desk";
  title.unread = 2;
  expect(title.text).toBe("(2) Desk · Readyroom");
  title.unread = 0;
  expect(title.text).toBe("Desk · Readyroom");
  title.page = "";
});
