// A visitor on somebody's website, an agent at the desk and a supervisor at the list: one chat, three windows.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { House } from "./house.mjs";
import { accessible, browser, person, shot, SIZES } from "./page.mjs";
import { Shop } from "./shop.mjs";

let house;
let chromium;
let shop;
let queue;
let widget;

before(async () => {
  [house, chromium] = await Promise.all([House.open(), browser()]);
  shop = await Shop.open(house.url);
  queue = await house.queue("Shop");
  await house.user("anna", { name: "Anna Andersson", queues: [{ queue }], auto_ready_on_login: true });
  const looks = { name: "Ask the shop", queue, greeting: "Hello! Ask whatever you like.", color: "#1F4D4A" };
  widget = (await house.admin.post("/v1/widgets", { ...looks, origins: [shop.url] })).id;
  shop.carries(widget);
});
afterEach(() => Promise.all(chromium.contexts().map((context) => context.close())));
after(async () => {
  await chromium?.close();
  await shop?.close();
  await house?.close();
});

const panel = (page) => page.getByRole("dialog");
const thread = (page) => page.getByRole("log");

/** Somebody opens the chat on the shop's page and writes. */
async function visitor(text, how = {}) {
  const somebody = await person(chromium, shop.url, how);
  await somebody.page.getByRole("button", { name: /^Open the chat/ }).click();
  await say(somebody.page, text);
  return somebody;
}

async function say(page, text) {
  await page.getByRole("textbox", { name: "Write a message" }).fill(text);
  await page.keyboard.press("Enter");
}

async function annaAtWork() {
  const anna = await person(chromium, house.url, { login: "anna", path: "/desk", size: SIZES.wide });
  const start = anna.page.getByRole("button", { name: "Start work" });
  await start.or(anna.page.locator("button.state")).first().waitFor();
  if (await start.isVisible()) await start.click();
  return anna;
}

async function accept(page, text) {
  await page
    .getByRole("article", { name: /^Offer/ })
    .getByText(text)
    .waitFor();
  await page.keyboard.press("Alt+a");
  await thread(page).getByText(text).waitFor();
}

async function answer(page, text) {
  await page.getByRole("textbox", { name: /^Message to/ }).fill(text);
  await page.keyboard.press("Enter");
}

async function end(page) {
  // A thread that was just opened takes the keys for its own; until then a press would come too early.
  await page.locator("textarea:focus").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("e");
  await page.getByRole("button", { name: "End conversation" }).click();
}

test("a visitor writes, an agent answers, a supervisor sees it, and it ends for all three", async () => {
  const guest = await visitor("Is the copper lamp in stock?");
  await panel(guest.page).getByText("You are number 1 in line").waitFor();
  await accessible(guest.page);
  const ada = await person(chromium, house.url, { login: "ada", path: "/supervisor", size: SIZES.wide });
  const row = ada.page.getByRole("row", { name: /Anna Andersson/ });
  await row.getByText("Offline").first().waitFor();

  const anna = await annaAtWork();
  await accept(anna.page, "Is the copper lamp in stock?");
  await panel(guest.page).getByText("You are connected with Anna").waitFor();
  assert.equal(await panel(guest.page).getByText("Andersson").count(), 0, "a visitor is told the first name");
  await row.getByText("1/5").waitFor();
  await answer(anna.page, "It is, and it ships today.");
  await thread(guest.page).getByText("It is, and it ships today.").waitFor();
  await shot(guest.page, "chat-visitor");
  await shot(anna.page, "chat-agent");

  await guest.page.reload();
  // The chat is open again, as it was.
  await thread(guest.page).getByText("Is the copper lamp in stock?").waitFor();
  await say(guest.page, "Then I take it.");
  await thread(anna.page).getByText("Then I take it.").waitFor();

  await anna.page.getByRole("textbox", { name: /^Message to/ }).fill("A regular, be kind.");
  await anna.page.getByRole("button", { name: "Note", exact: true }).click();
  await thread(anna.page).getByText("A regular, be kind.").waitFor();
  await guest.page.reload();
  await thread(guest.page).getByText("Then I take it.").waitFor();
  assert.equal(await guest.page.getByText("A regular, be kind.").count(), 0);

  await end(anna.page);
  await panel(guest.page).getByText("The chat has ended").waitFor();
  await accessible(guest.page);
  await Promise.all([guest.close(), anna.close(), ada.close()]);
});

test("what a visitor writes is only text, at the desk as in the chat", async () => {
  const text = `<img src=x onerror="document.title='owned'"> \u202Eevil`;
  const guest = await visitor(text);
  const anna = await annaAtWork();
  await anna.page.getByRole("article", { name: /^Offer/ }).waitFor();
  await anna.page.keyboard.press("Alt+a");
  await thread(anna.page).getByText("<img src=x").waitFor();
  for (const page of [guest.page, anna.page]) {
    assert.equal(await page.locator("img[src=x]").count(), 0);
    assert.notEqual(await page.title(), "owned");
  }
  await end(anna.page);
  await Promise.all([guest.close(), anna.close()]);
});

test("a page of another origin cannot carry the chat", async () => {
  const elsewhere = await Shop.open(house.url);
  elsewhere.carries(widget);
  const stranger = await person(chromium, elsewhere.url, { expected: /CORS|ERR_FAILED|readyroom/i });
  await stranger.page.getByRole("button", { name: /^Open the chat/ }).click();
  await panel(stranger.page).getByText("This chat is not available on this website.").waitFor();
  await stranger.close();
  await elsewhere.close();
});

test("a server that was killed comes again, and the visitor's words with it", async () => {
  const guest = await visitor("Do you repair lamps?", { size: SIZES.phone });
  guest.guard.expect(/WebSocket|ERR_CONNECTION|Failed to load|readyroom/i);
  await panel(guest.page)
    .getByText(/You are number \d in line/)
    .waitFor();
  await house.kill();
  await panel(guest.page).getByText("Connection lost. Trying again…").waitFor();
  await house.again();
  await panel(guest.page)
    .getByText(/You are number \d in line/)
    .waitFor({ timeout: 30_000 });
  await say(guest.page, "Mine is from 1970.");
  await thread(guest.page).getByText("Mine is from 1970.").waitFor();
  await shot(guest.page, "chat-phone");
  const anna = await annaAtWork();
  await accept(anna.page, "Mine is from 1970.");
  assert.equal(await thread(anna.page).getByText("Do you repair lamps?").count(), 1, "nothing comes twice");
  await end(anna.page);
  await Promise.all([guest.close(), anna.close()]);
});
