// A screen on a wall, before which nobody stands: it says how old its figures are, comes back by itself, lies as its
// screen does, and tells when its key is taken away.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { House } from "./house.mjs";
import { accessible, browser, person, shot } from "./page.mjs";

const LANDSCAPE = { width: 1920, height: 1080 };
const PORTRAIT = { width: 1080, height: 1920 };

let house, chromium, billing;

/** A key as a screen has one: its id, and its secret. */
async function wallKey(name) {
  const scopes = ["agents:read", "config:read", "stream"];
  const made = await house.admin.post("/v1/api-keys", { name, scopes });
  return { id: made.id ?? made.key.id, secret: made.secret };
}

/** A screen with such a key in its address. */
function screen(secret, how = {}) {
  return person(chromium, house.url, { path: `/tv#key=${secret}`, size: LANDSCAPE, theme: "dark", ...how });
}

/** The figure below one of the words that are read from across the room. */
const figure = (page, word) =>
  page.locator("dl", { has: page.getByText(word, { exact: true }) }).locator(".value");
const waiting = (page, count) => figure(page, "Waiting").getByText(count, { exact: true }).waitFor();

before(async () => {
  [house, chromium] = await Promise.all([House.open(), browser()]);
  billing = await house.queue("Billing");
  await house.queue("Returns");
  await Promise.all(["anna", "bert"].map((login) => house.user(login, { queues: [{ queue: billing }] })));
});
// What a journey that failed has left open.
afterEach(() => Promise.all(chromium.contexts().map((context) => context.close())));
after(async () => {
  await chromium?.close();
  await house?.close();
});

test("while the server is away the screen says how old its figures are, and afterwards it goes on by itself", async () => {
  const { secret } = await wallKey("hall");
  const { page, guard, ...wall } = await screen(secret);
  await house.arrival(billing, "c1", "Hello");
  await waiting(page, "1");
  assert.equal(await page.getByText(/^Data is .* old$/).count(), 0);
  // A page that was loaded anew would have forgotten this.
  await page.evaluate(() => (globalThis.sameAsBefore = true));

  guard.expect(/WebSocket|Failed to load resource|ERR_CONNECTION/);
  await house.kill();
  const mark = page.getByText(/^Data is 0:\d\d old$/);
  await mark.waitFor();
  await waiting(page, "1");
  const told = await mark.textContent();
  await page.waitForFunction((before) => !document.body.textContent.includes(before), told);
  await accessible(page);
  await shot(page, "wallboard-stale");

  await house.again();
  await mark.waitFor({ state: "detached", timeout: 25_000 });
  await page.getByText(/^Live/).waitFor();
  await house.arrival(billing, "c2", "Is anybody there?");
  await waiting(page, "2");
  assert.equal(await page.evaluate(() => globalThis.sameAsBefore), true);
  await wall.close();
});

test("on a screen that stands upright everything lies one below the other, and nothing is cut off", async () => {
  const { secret } = await wallKey("pillar");
  const { page, ...wall } = await screen(secret, { size: PORTRAIT });
  const table = page.getByRole("table", { name: "Queues" });
  const tiles = page.getByRole("region", { name: "Agents" });
  await table.getByText("Returns").waitFor();
  await tiles.getByText("Anna").waitFor();
  const [above, below] = [await table.boundingBox(), await tiles.boundingBox()];
  assert.ok(above.y + above.height <= below.y, "the agents stand below the queues");
  for (const box of [above, below]) {
    assert.ok(box.x >= 0 && box.x + box.width <= PORTRAIT.width, JSON.stringify(box));
    assert.ok(box.y >= 0 && box.y + box.height <= PORTRAIT.height, JSON.stringify(box));
    assert.ok(box.width > PORTRAIT.width * 0.85, "it takes the width there is");
  }
  const scrolls = await page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return [scrollWidth - innerWidth, scrollHeight - innerHeight];
  });
  assert.deepEqual(scrolls, [0, 0]);
  await accessible(page);
  await shot(page, "wallboard-portrait");
  await wall.close();
});

test("a key that is taken away is told on the screen, and its figures are gone", async () => {
  const { id, secret } = await wallKey("lobby");
  const { page, guard, ...wall } = await screen(secret);
  await page.getByText("Billing").first().waitFor();
  guard.expect(/WebSocket|401/);
  await house.admin.delete(`/v1/api-keys/${id}`);
  // The server looks after the keys of open streams from time to time.
  await page.getByText("This screen is not let in").waitFor({ timeout: 30_000 });
  assert.equal(await page.getByText("Billing").count(), 0);
  await accessible(page);
  await shot(page, "wallboard-revoked");
  await wall.close();
});

test("a key that was mistyped is told as well", async () => {
  const { page, ...wall } = await screen("rk_nobody-ever-made-this-key", { expected: /WebSocket|401/ });
  await page.getByText("This screen is not let in").waitFor();
  await accessible(page);
  await wall.close();
});
