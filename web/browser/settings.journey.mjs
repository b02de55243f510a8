// An administrator sets the floor up: people, reasons, keys.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Client, House, PASSWORD } from "./house.mjs";
import { accessible, browser, person, shot, SIZES } from "./page.mjs";

let house;
let chromium;

before(async () => {
  [house, chromium] = await Promise.all([House.open(), browser()]);
  await house.queue("Billing");
  await house.admin.post("/v1/skills", { name: "Invoices" });
});
afterEach(() => Promise.all(chromium.contexts().map((context) => context.close())));
after(async () => {
  await chromium?.close();
  await house?.close();
});

const ada = (path, how = {}) => person(chromium, house.url, { login: "ada", path, ...how });

async function newUser(page, login) {
  await page.getByLabel("Name", { exact: true }).fill("Nora Nilsen");
  await page.getByLabel("Email").fill("nora@example.org");
  await page.getByLabel("Username").fill(login);
  await page.getByLabel("Password").first().fill(PASSWORD);
}

test("a user is added with a capacity, and can sign in at once", async () => {
  const { page, ...admin } = await ada("/settings/users", { size: SIZES.wide });
  await page.getByText("Ada Admin").first().waitFor();
  await accessible(page);
  await shot(page, "settings-users");
  await page.getByRole("link", { name: "Add user" }).click();
  assert.equal(await page.getByLabel("Max concurrent conversations").inputValue(), "5");
  await newUser(page, "nora");
  await accessible(page);
  await shot(page, "settings-add-user");
  await page.getByRole("button", { name: "Add user" }).click();
  await page.getByText("Nora Nilsen was added.").waitFor();
  await page
    .getByRole("row", { name: /Nora Nilsen/ })
    .or(page.getByRole("link", { name: /Nora Nilsen/ }))
    .first()
    .waitFor();
  const { user } = await (await Client.signIn(house.url, "nora")).get("/v1/sessions/current");
  assert.equal(user.name, "Nora Nilsen");
  const row = (await house.admin.get("/v1/users?text=nora")).data[0];
  assert.deepEqual([row.capacity, row.email, row.role], [5, "nora@example.org", "agent"]);
  await admin.close();
});

test("a capacity of 0 or 21 is refused at its field, and nobody is added", async () => {
  const { page, ...admin } = await ada("/settings/users/new");
  await newUser(page, "nobody");
  for (const capacity of ["0", "21"]) {
    await page.getByLabel("Max concurrent conversations").fill(capacity);
    await page.getByRole("button", { name: "Add user" }).click();
    const field = page.getByLabel("Max concurrent conversations");
    await page.waitForFunction(
      (input) => input.getAttribute("aria-invalid") === "true",
      await field.elementHandle(),
    );
  }
  assert.equal((await house.admin.get("/v1/users?text=nobody")).data.length, 0);
  await accessible(page);
  await admin.close();
});

test("every page of the settings stands, in every light and width", async () => {
  const pages = ["users", "teams", "queues", "skills", "reasons", "keys", "account", "audit", "widgets"];
  for (const [theme, size, locale] of [
    ["light", SIZES.laptop, "en"],
    ["dark", SIZES.phone, "ar"],
  ]) {
    const { page, ...admin } = await ada("/settings", { theme, size, locale });
    for (const name of pages) {
      await page.goto(`/settings/${name}`);
      await page.getByRole("heading").first().waitFor();
      await page.waitForLoadState("networkidle");
      await accessible(page);
      await shot(page, `settings-${name}-${theme}`);
    }
    await admin.close();
  }
});
