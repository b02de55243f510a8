// How one comes in: somebody signs in, and a screen on a wall needs nobody.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { House, PASSWORD } from "./house.mjs";
import { accessible, browser, person, shot, SIZES } from "./page.mjs";

let house;
let chromium;

before(async () => {
  [house, chromium] = await Promise.all([House.open(), browser()]);
});
afterEach(() => Promise.all(chromium.contexts().map((context) => context.close())));
after(async () => {
  await chromium?.close();
  await house?.close();
});

test("a wrong password says so and nothing more; the right one leads where one wanted to go", async () => {
  await house.user("anna");
  const { page, guard, ...anna } = await person(chromium, house.url, { path: "/desk" });
  await accessible(page);
  await shot(page, "access-sign-in");
  await page.getByLabel("Login").fill("anna");
  await page.locator("input[type=password]").fill("wrong horse battery");
  guard.expect(/401/);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await page.locator("input[type=password]").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("You are logged out").waitFor();
  assert.match(page.url(), /\/desk/);
  await anna.close();
});

test("who only looks at the door is asked nothing that must be refused", async () => {
  for (const [theme, size] of [
    ["light", SIZES.wide],
    ["dark", SIZES.phone],
  ]) {
    const { page, ...somebody } = await person(chromium, house.url, { theme, size });
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await accessible(page);
    await somebody.close();
  }
});

test("a screen on a wall shows the floor with the key in its address, and without anybody's login", async () => {
  await house.queue("Billing");
  const { secret } = await house.admin.post("/v1/api-keys", {
    name: "wall",
    scopes: ["agents:read", "config:read", "stream"],
  });
  const { page, ...screen } = await person(chromium, house.url, {
    path: `/tv#key=${secret}`,
    size: { width: 1920, height: 1080 },
    theme: "dark",
  });
  await page.getByText("Billing").first().waitFor();
  await page.getByText("Live").first().waitFor();
  await accessible(page);
  await shot(page, "tv");
  await house.arrival((await house.admin.get("/v1/queues")).data[0].id, "c1", "Hello");
  await page.getByText(/^1$/).first().waitFor();
  await screen.close();
});
