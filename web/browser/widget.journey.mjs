// The widget on a page that is not ours: how it looks and is operated, what the page may do with it, what the page
// cannot do to it, and what visitors are told when something is in the way.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Client, House } from "./house.mjs";
import { accessible, browser, person, shot, SIZES } from "./page.mjs";
import { Shop } from "./shop.mjs";

let house;
let chromium;
let shop;
let program;
/** A widget whose queue nobody works for, and one where Anna takes whatever comes. */
let shut;
let open;

const LOOKS = { name: "Ask the shop", greeting: "Hello! Ask whatever you like.", color: "#1F4D4A" };

before(async () => {
  [house, chromium] = await Promise.all([House.open(), browser()]);
  shop = await Shop.open(house.url);
  const { secret } = await house.admin.post("/v1/api-keys", { name: "floor", scopes: ["*"] });
  program = new Client(house.url, { authorization: `Bearer ${secret}` });
  const [night, day] = [
    await house.queue("Night"),
    await house.queue("Day", { auto_ready: true, auto_accept: true }),
  ];
  const work = { auto_queue_login: true, auto_ready_on_login: true, queues: [{ queue: day }], capacity: 20 };
  const anna = await house.user("anna", { name: "Anna Andersson", ...work });
  await house.admin.post(`/v1/agents/${anna}/login`);
  await program.put(`/v1/agents/${anna}/devices/desk`, { kind: "console", reachable: true, ttl_s: 3_600 });
  [shut, open] = [await carried(night), await carried(day)];
});
afterEach(async () => {
  shop.dress = (page) => page;
  await Promise.all(chromium.contexts().map((context) => context.close()));
});
after(async () => {
  await chromium?.close();
  await shop?.close();
  await house?.close();
});

/** A widget that the shop may carry; its id. */
async function carried(queue) {
  return (await house.admin.post("/v1/widgets", { ...LOOKS, queue, origins: [shop.url] })).id;
}

/** Somebody on the shop's page. */
async function visitor(widget, how = {}) {
  shop.carries(widget);
  const somebody = await person(chromium, shop.url, how);
  await launcher(somebody.page).waitFor();
  return somebody;
}

const launcher = (page) => page.locator("readyroom-chat .launcher");
const panel = (page) => page.locator("readyroom-chat .panel");
const field = (page) => panel(page).locator("textarea");
const bubbles = (page) => panel(page).locator(".bubble").allInnerTexts();
const inside = (page, selector) =>
  page.evaluate(
    (wanted) => document.querySelector("readyroom-chat").shadowRoot.activeElement?.closest(wanted) != null,
    selector,
  );

async function say(page, text) {
  await field(page).fill(text);
  await field(page).press("Enter");
}

/** Until nothing that was written waits any more. */
async function sent(page) {
  await panel(page).locator(".said.own").last().waitFor();
  await panel(page).locator(".pending").waitFor({ state: "detached" });
}

/** The conversation in which the visitor who wrote this is. */
async function conversation(text) {
  for (const { id, client } of (await program.get("/v1/conversations?limit=100")).data) {
    const { data } = await program.get(`/v1/conversations/${id}/messages`);
    if (data.some((message) => message.text === text)) return { id, client };
  }
  throw new Error(`nobody wrote ${text}`);
}

async function answer(conversation, text) {
  await program.post(`/v1/conversations/${conversation.id}/messages`, { author: "agent", text });
}

/** As if so many minutes had gone by, and the visitor came back to the page. */
async function comesBack(page, minutes) {
  await page.evaluate((ms) => {
    const now = Date.now;
    Date.now = () => now() + ms;
    dispatchEvent(new Event("focus"));
  }, minutes * 60_000);
}

test("it is there in both themes and on every size, and anybody can use it", async () => {
  for (const [size, theme] of [
    ["laptop", "light"],
    ["laptop", "dark"],
    ["phone", "light"],
    ["phone", "dark"],
  ]) {
    const { page, ...somebody } = await visitor(shut, { size: SIZES[size], theme });
    await launcher(page).click();
    await page.getByText(LOOKS.greeting).waitFor();
    const { width, height } = await panel(page).boundingBox();
    const { phone } = SIZES;
    assert.deepEqual({ width, height }, size === "phone" ? phone : { width: 380, height: 600 });
    await accessible(page);
    await say(page, `From a ${size} in ${theme}`);
    await page
      .getByText(/You are number \d+ in line/)
      .first()
      .waitFor();
    await sent(page);
    await accessible(page);
    await shot(page, `widget-${size}-${theme}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await somebody.close();
  }
});

test("it speaks Arabic, from right to left", async () => {
  shop.dress = (page) => page.replace("async></script>", 'data-lang="ar" async></script>');
  const { page, ...somebody } = await visitor(shut);
  await launcher(page).click();
  await panel(page).getByText("مع من نتحدث؟").waitFor();
  assert.equal((await panel(page).boundingBox()).x, 20);
  await accessible(page);
  await shot(page, "widget-arabic");
  await somebody.close();
});

test("it is operated by keyboard alone, and on a phone the focus stays in it", async () => {
  const { page, ...somebody } = await visitor(shut);
  await launcher(page).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("one");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("two");
  // A word that is being composed is chosen with Enter, not sent.
  await field(page).evaluate((area) =>
    area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true })),
  );
  assert.equal(await field(page).inputValue(), "one\ntwo");
  await page.keyboard.press("Enter");
  await sent(page);
  assert.deepEqual(await bubbles(page), ["one\ntwo"]);
  await page.keyboard.press("Escape");
  await panel(page).waitFor({ state: "hidden" });
  assert.ok(await inside(page, ".launcher"));
  await somebody.close();

  const phone = await visitor(shut, { size: SIZES.phone });
  await launcher(phone.page).click();
  for (let press = 0; press < 16; press += 1) {
    await phone.page.keyboard.press(press < 8 ? "Tab" : "Shift+Tab");
    assert.ok(await inside(phone.page, ".panel"));
  }
  await phone.close();
});

test("a page's own style and keys do not reach it, and what is typed in it stays there", async () => {
  const hostile = `*{color:red!important;font:900 40px serif!important;display:inline!important}
    readyroom-chat{display:none!important;opacity:0!important;transform:rotate(9deg)!important}html{font-size:40px}`;
  shop.dress = (page) =>
    page
      .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
      .replace("</head>", `<style>${hostile}</style></head>`);
  const { page, ...somebody } = await visitor(shut);
  const globals = await page.evaluate(() =>
    Object.keys(window).filter((name) => /ready|widget|chat/i.test(name)),
  );
  assert.deepEqual(globals, ["Readyroom"]);
  await launcher(page).click();
  const { width, height } = await panel(page).boundingBox();
  assert.deepEqual({ width, height }, { width: 380, height: 600 });
  assert.equal(await field(page).evaluate((area) => getComputedStyle(area).fontSize), "14px");
  assert.equal(await page.locator("readyroom-chat").evaluate((host) => getComputedStyle(host).opacity), "1");
  await shot(page, "widget-hostile");

  await page.evaluate(() => document.addEventListener("keydown", ({ key }) => (document.title += key)));
  const title = await page.title();
  await field(page).pressSequentially("ab <b>c</b> https://a.example/\u202egpj.exe");
  await page.keyboard.press("Enter");
  await sent(page);
  assert.equal(await page.title(), title);
  const markup = await panel(page)
    .locator(".text *")
    .evaluateAll((all) => all.map(({ outerHTML }) => outerHTML));
  const address = "https://a.example/";
  const link = `<a href="${address}" target="_blank" rel="noopener noreferrer nofollow" title="${address}">${address}</a>`;
  assert.deepEqual(markup, [link]);
  await somebody.close();
});

test("a page opens it, says who comes, hears what happens, and has its visitor forgotten", async () => {
  const { page, ...somebody } = await visitor(open);
  await page.evaluate(() => {
    globalThis.heard = [];
    for (const name of ["open", "close", "stage", "unread", "message"])
      Readyroom.on(name, (told) => heard.push([name, told]));
    Readyroom.on("open", () => {
      throw new Error("taken back at once");
    })();
  });
  assert.equal(
    await page.evaluate(() => Readyroom.identify({ name: "Olga", email: "olga@example.com" })),
    true,
  );
  await page.evaluate(() => (Readyroom.open(), Readyroom.open()));
  await panel(page).waitFor();
  assert.equal(await page.getByText("Who are we talking to?").isVisible(), false);
  await say(page, "Do you ship to Oslo?");
  await panel(page).getByText("You are connected with Anna").waitFor();
  const chat = await conversation("Do you ship to Oslo?");
  const { name, email } = (await program.get(`/v1/clients/${chat.client}`)).about;
  assert.deepEqual([name, email], ["Olga", "olga@example.com"]);

  await page.evaluate(() => Readyroom.close());
  await answer(chat, "We do.");
  await page.getByRole("button", { name: "Open the chat, new messages: 1" }).waitFor();
  assert.match(await page.title(), /^\(1\) Northlight/);
  await launcher(page).click();
  await panel(page).getByText("We do.").waitFor();
  assert.match(await page.title(), /^Northlight/);
  const heard = await page.evaluate(() => globalThis.heard);
  const of = (wanted) => heard.filter(([event]) => event === wanted).map(([, told]) => told ?? null);
  assert.deepEqual(of("message"), [{ name: "Anna", text: "We do." }]);
  assert.equal(of("stage").at(-1), "active");
  assert.deepEqual(of("unread"), [1, 0]);
  assert.deepEqual([of("open").length, of("close").length], [2, 1]);

  // The next page says it again, and loses nothing by it; another name is too late.
  await page.reload();
  await launcher(page).waitFor();
  assert.equal(
    await page.evaluate(() => Readyroom.identify({ name: "Olga", email: "olga@example.com" })),
    true,
  );
  assert.equal(await page.evaluate(() => Readyroom.identify({ name: "Boris" })), false);
  await panel(page).getByText("We do.").waitFor();

  const other = await somebody.context.newPage();
  await other.goto("/");
  await launcher(other).click();
  await panel(other).getByText("We do.").waitFor();
  const { token } = await page.evaluate(
    (name) => JSON.parse(localStorage.getItem(name)),
    `readyroom:${open}`,
  );
  await page.evaluate(() => Readyroom.reset());
  for (const tab of [page, other]) {
    await panel(tab).waitFor({ state: "hidden" });
    await launcher(tab).click();
    await tab.getByText("Who are we talking to?").waitFor();
    assert.deepEqual(await bubbles(tab), []);
  }
  const told = new Client(house.url, { authorization: `Bearer ${token}` });
  assert.equal((await told.get(`/v1/chat/${open}/visit`)).stage, "ended");
  await somebody.close();
});

test("what could not be sent before the page was left is sent, though the same was said before", async () => {
  const { page, guard, ...somebody } = await visitor(open);
  guard.expect(/ERR_|Failed to load|messages/);
  await launcher(page).click();
  await say(page, "ok, again");
  await panel(page).getByText("You are connected with Anna").waitFor();
  await sent(page);
  await page.route("**/messages", (route) => route.abort());
  await say(page, "ok, again");
  await panel(page).getByText("Sending…").waitFor();
  await page.unroute("**/messages");
  await page.reload();
  await panel(page).locator(".bubble").nth(1).waitFor();
  await sent(page);
  const chat = await conversation("ok, again");
  const { data } = await program.get(`/v1/conversations/${chat.id}/messages`);
  assert.deepEqual(
    data.map(({ text }) => text),
    ["ok, again", "ok, again"],
  );
  await somebody.close();
});

test("an open page learns that its widget has a new name, and that it is gone", async () => {
  const widget = await carried(await house.queue("Short"));
  const { page, guard, ...somebody } = await visitor(widget);
  await launcher(page).click();
  await panel(page).getByRole("heading", { name: LOOKS.name }).waitFor();
  const { queue } = await house.admin.get(`/v1/widgets/${widget}`);
  await house.admin.put(`/v1/widgets/${widget}`, {
    ...LOOKS,
    name: "Ask at night",
    queue,
    origins: [shop.url],
  });
  await comesBack(page, 6);
  await panel(page).getByRole("heading", { name: "Ask at night" }).waitFor();
  guard.expect(/CORS|ERR_FAILED|readyroom|404/i);
  await house.admin.delete(`/v1/widgets/${widget}`);
  await comesBack(page, 6);
  await panel(page).getByText("This chat does not exist any more.").waitFor();
  assert.equal(await field(page).isVisible(), false);
  await somebody.close();
});

test("a visitor is told what stands in the way", async () => {
  const { page, guard, ...somebody } = await visitor(shut);
  guard.expect(/429|403/);
  await launcher(page).click();
  await field(page).fill("Before");
  await field(page).evaluate((area) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "x".repeat(100_000));
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
  await page
    .getByText("That text has 100,000 characters; a message holds 4,000. Nothing was pasted.")
    .waitFor();
  assert.equal(await field(page).inputValue(), "Before");
  await field(page).fill("x".repeat(4_012));
  await page.getByText("12 characters too many").waitFor();

  const refuse = (status, code, wait = "1") => ({
    status,
    headers: {
      "access-control-allow-origin": shop.url,
      "access-control-expose-headers": "Retry-After",
      "retry-after": wait,
    },
    body: JSON.stringify({ code }),
  });
  await page.route("**/messages", (route) => route.fulfill(refuse(429, "too_many_messages", "3")), {
    times: 1,
  });
  await say(page, "Fast");
  await page.getByText(/That was a lot at once. Going on in \d s/).waitFor();
  await accessible(page);
  await page
    .getByText(/You are number \d+ in line/)
    .first()
    .waitFor();
  assert.equal(await page.getByText("That was a lot at once").isVisible(), false);
  await page.route("**/messages", (route) => route.fulfill(refuse(403, "blocked")));
  await say(page, "Rude");
  await page.getByText("We cannot take messages from you here.").waitFor();
  await accessible(page);
  await shot(page, "widget-blocked");
  await somebody.close();
});

test("it works where no stream comes through", async () => {
  const { page, guard, ...somebody } = await visitor(open);
  guard.expect(/WebSocket/);
  await page.routeWebSocket(/\/stream$/, (socket) => socket.close());
  await launcher(page).click();
  await say(page, "Is anybody there?");
  await panel(page).getByText("You are connected with Anna").waitFor();
  await answer(await conversation("Is anybody there?"), "Found you.");
  await panel(page).getByText("Found you.").waitFor();
  assert.equal(await page.getByText("Connection lost").isVisible(), false);
  await somebody.close();
});
