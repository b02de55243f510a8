// The fields of the settings, and what they make of rows and bodies.

import { expect, test } from "vitest";
import { between, typed } from "../src/pages/settings/parts/numbers";
import { queueBody, queueFaults, queueValues, newQueue } from "../src/pages/settings/queues/queue";
import { newReason, reasonFaults } from "../src/pages/settings/reasons/reason";
import { screenAddress } from "../src/pages/settings/keys/scopes";
import { nobody, personBody, personFaults, personPatch } from "../src/pages/settings/users/person";
import { newSeat, seatChanges, seatFault } from "../src/pages/settings/users/seats";
import { newWidget, originsOf, snippet, widgetFaults } from "../src/pages/settings/widgets/widget";

const anna = { ...nobody(), name: "Anna", login: "anna" };

test("numbers are read as they are typed, in any digits", () => {
  expect(typed(" 20 ")).toBe(20);
  expect(typed("٢٠")).toBe(20);
  expect([typed(""), typed("-1"), typed("1.5"), typed("1e3")]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect([between("0", 1, 20), between("1", 1, 20), between("20", 1, 20), between("21", 1, 20)]).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test("a new person has five slots, and none or twenty-one are refused", () => {
  expect(nobody().capacity).toBe("5");
  expect(personFaults(anna).capacity).toBeUndefined();
  expect(personFaults({ ...anna, capacity: "0" }).capacity).toBeDefined();
  expect(personFaults({ ...anna, capacity: "21" }).capacity).toBeDefined();
});

test("a person is whole in a body, and a patch holds what changed", () => {
  expect(personBody({ ...anna, email: " " }).email).toBeNull();
  expect(personBody({ ...anna, channels: "both" }).channels).toEqual(["voice", "chat"]);
  expect(personPatch({ ...anna, capacity: "7" }, anna)).toEqual({ capacity: 7 });
  expect(personPatch(anna, anna)).toEqual({});
});

test("of queues somebody belongs to, only what changed is asked for", () => {
  const [a, b, c] = [newSeat("q_a"), newSeat("q_b"), newSeat("q_c")];
  expect(seatChanges([a, b], [a, { ...b, mode: "dynamic" }, c])).toEqual({
    set: [{ ...b, mode: "dynamic" }, c],
    remove: [],
  });
  expect(seatChanges([a, b], [b]).remove).toEqual(["q_a"]);
  expect(seatFault({ ...a, tier_level: "10001" })).toBeDefined();
  expect(seatFault(a)).toBeUndefined();
});

test("a queue comes back as it was, and an empty wrap-up is the usual one", () => {
  const values = { ...newQueue(), name: "Billing", chat: true };
  const body = queueBody(values);
  expect(body).toMatchObject({ channels: ["voice", "chat"], wrap_up_s: null, number: null, priority: 5 });
  expect(queueValues({ ...body, id: "q_1", general: false })).toEqual(values);
  expect(queueFaults({ ...values, voice: false, chat: false }).channels).toBeDefined();
  expect(queueFaults({ ...values, number: "80" }).number).toBeDefined();
});

test("a reason needs an English name, and each language once", () => {
  const tea = { ...newReason(), code: "tea", names: [{ locale: "en", name: "Tea" }] };
  expect(reasonFaults(tea)).toEqual({ code: undefined, names: undefined, color: undefined });
  expect(reasonFaults({ ...tea, names: [{ locale: "fr", name: "Thé" }] }).names).toBeDefined();
  expect(reasonFaults({ ...tea, names: [...tea.names, ...tea.names] }).names).toBeDefined();
  expect(reasonFaults({ ...tea, code: "Tea time" }).code).toBeDefined();
});

test("websites are typed one below the other, without a path", () => {
  expect(originsOf("https://a.example/\n https://b.example:8443, ")).toEqual([
    "https://a.example",
    "https://b.example:8443",
  ]);
  const shop = { ...newWidget(), name: "Shop", queue: "q_1" };
  expect(widgetFaults({ ...shop, origins: "https://a.example" }).origins).toBeUndefined();
  expect(widgetFaults({ ...shop, origins: "https://a.example/shop" }).origins).toBeDefined();
  expect(widgetFaults({ ...shop, origins: "a.example" }).origins).toBeDefined();
});

test("the address of a screen and the line for a website", () => {
  expect(screenAddress("https://floor.example", "rk_1")).toBe("https://floor.example/tv#key=rk_1");
  expect(snippet("https://floor.example", "wg_1")).toBe(
    '<script src="https://floor.example/widget.js" data-widget="wg_1" async></script>',
  );
});
