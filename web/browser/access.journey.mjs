// How one comes in: a new server is set up, somebody signs in, and a screen on a wall needs nobody.

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

test("a new server is set up with the token it printed: a wrong one is refused at its field, the right one leads in", async () => {
  const { house: fresh, token } = await House.unset();
  try {
    const { page, guard, ...ada } = await person(chromium, fresh.url, { size: SIZES.wide });
    await page.getByRole("link", { name: "Set it up" }).click();
    const field = page.getByLabel("Setup token");
    await field.fill(`${token.slice(0, -4)}0000`);
    await page.getByLabel("Name of the account").fill("acme");
    await page.getByLabel("Your name").fill("Ada Admin");
    await page.getByLabel("Login").fill("ada");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByLabel("Time zone").click();
    await page.getByRole("option", { name: "Asia/Tokyo" }).click();
    await accessible(page);

    guard.expect(/403/);
    await page.getByRole("button", { name: "Make the account" }).click();
    await page.getByText("The server does not take this token").waitFor();
    await page.locator("[aria-invalid=true]:focus").waitFor();
    assert.equal(await page.locator(":focus").inputValue(), `${token.slice(0, -4)}0000`);
    assert.equal(await page.locator("[aria-invalid=true]").count(), 1);
    await accessible(page);
    await shot(page, "access-setup-refused");

    await field.fill(token);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Supervisor" }).waitFor();
    await page.getByText("Asia/Tokyo").waitFor();
    await page.goto("/settings/account");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1 }).waitFor();

    // The token was good for one use.
    const again = await person(chromium, fresh.url, { path: `/setup#token=${token}`, expected: /403/ });
    assert.equal(await again.page.getByLabel("Setup token").inputValue(), token);
    await again.page.getByLabel("Name of the account").fill("other");
    await again.page.getByLabel("Your name").fill("Eve");
    await again.page.getByLabel("Login").fill("eve");
    await again.page.getByLabel("Password").fill(PASSWORD);
    await again.page.getByRole("button", { name: "Make the account" }).click();
    await again.page.getByText("The server does not take this token").waitFor();
    await again.close();
    await ada.close();
  } finally {
    await fresh.close();
  }
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
