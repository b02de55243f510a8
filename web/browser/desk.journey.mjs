// An agent's day at the desk, in the real program and a real browser.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { House, PASSWORD } from "./house.mjs";
import { accessible, browser, person, shot, SIZES } from "./page.mjs";

let house;
let chromium;
let people = 0;

before(async () => {
  [house, chromium] = await Promise.all([House.open(), browser()]);
});
// What a journey that failed has left open.
afterEach(() => Promise.all(chromium.contexts().map((context) => context.close())));
after(async () => {
  await chromium?.close();
  await house?.close();
});

/** An agent of a queue of its own, at the desk and available, or as `begin` leaves them. */
async function agent({ queue = {}, more = {}, begin = startWork, ...how } = {}) {
  const login = `agent${++people}`;
  const at = await house.queue(`Billing ${people}`, queue);
  const id = await house.user(login, { name: `Amara ${people}`, queues: [{ queue: at }], ...more });
  const someone = await person(chromium, house.url, { login, path: "/desk", ...how });
  await begin(someone.page);
  return { ...someone, id, login, queue: at };
}

async function startWork(page) {
  await page.getByRole("button", { name: "Start work" }).click();
  await page.getByText("You are free").waitFor();
}

const status = (page) => page.locator("button.state");
const offerCard = (page) => page.getByRole("article", { name: /^Offer/ });
const composer = (page) => page.getByRole("textbox", { name: /^Message to/ });
const thread = (page) => page.getByRole("log");

/** A client comes and is accepted; the conversation's id. */
async function chat(page, queue, client, text = "Good morning") {
  const id = await house.arrival(queue, client, text);
  await offerCard(page).waitFor();
  await page.keyboard.press("Alt+a");
  await thread(page).getByText(text, { exact: true }).waitFor();
  // A thread that was just opened takes the keys for its own; until then a press would come too early.
  await page.locator("textarea:focus").waitFor();
  return id;
}

test("somebody signs in, starts work, accepts an offer, and both write", async () => {
  const queue = await house.queue("Front door");
  await house.user("anna", { queues: [{ queue }] });
  const { page, ...anna } = await person(chromium, house.url, { size: SIZES.wide });
  await page.getByLabel("Login").fill("anna");
  await page.locator("input[type=password]").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("You are logged out").waitFor();
  await accessible(page);
  await startWork(page);
  await accessible(page);
  await shot(page, "desk-free");

  await house.admin.post("/v1/clients", { channel: "chat", address: "daniel@shop", name: "Daniel Osei" });
  const id = await house.arrival(queue, "daniel@shop", "Order 88213 was charged twice.");
  await offerCard(page).getByText("Daniel Osei").waitFor();
  await offerCard(page).getByText("Order 88213 was charged twice.").waitFor();
  assert.match(await status(page).textContent(), /Ringing/);
  await accessible(page);
  await shot(page, "desk-offer");
  await page.keyboard.press("a");
  await thread(page).getByText("Order 88213 was charged twice.").waitFor();
  assert.match(page.url(), new RegExp(`/desk\\?c=${id}$`));

  await composer(page).fill("Let me look.");
  await page.keyboard.press("Enter");
  await thread(page).getByText("Let me look.").waitFor();
  await house.says(id, "Thank you!");
  await thread(page).getByText("Thank you!").waitFor();
  const { data } = await house.admin.get(`/v1/conversations/${id}/messages`);
  assert.deepEqual(
    data.map(({ author, text }) => [author, text]),
    [
      ["client", "Order 88213 was charged twice."],
      ["agent", "Let me look."],
      ["client", "Thank you!"],
    ],
  );
  await accessible(page);
  await shot(page, "desk-thread");

  await page.keyboard.press("Escape");
  await page.keyboard.press("e");
  await page.getByRole("button", { name: "End conversation" }).click();
  await page.getByText("This conversation is not with you any more.").waitFor();
  await thread(page).getByText("Ended").waitFor();
  await anna.close();
});

test("a break asked for during a chat waits until the client is answered, and can be taken back", async () => {
  const { page, ...one } = await agent();
  await chat(page, one.queue, "c1");
  await status(page).click();
  await page.getByText("Finish first: 1 client waits for me").waitFor();
  await accessible(page);
  await page.getByRole("menuitemradio", { name: /Lunch break/ }).click();
  await page.getByRole("heading", { name: "Finishing, then: Lunch break" }).waitFor();
  await page.getByText("1 client still waits for your answer.").waitFor();
  await accessible(page);
  await shot(page, "desk-finishing");
  await page.getByRole("button", { name: "Stay after all" }).click();
  await page.getByRole("heading", { name: /Finishing/ }).waitFor({ state: "detached" });

  await page.keyboard.press("Alt+4");
  await page.getByRole("heading", { name: /Finishing, then/ }).waitFor();
  await composer(page).fill("One moment, all is well.");
  await page.keyboard.press("Enter");
  await page.locator('button.state[data-b="paused"]').waitFor();
  await page.getByRole("heading", { name: /Put aside/ }).waitFor();
  await page.keyboard.press("Alt+1");
  await page.locator('button.state[data-b="paused"]').waitFor({ state: "detached" });
  await one.close();
});

test("a code is set under Away or Busy, and wrap-up is begun and ended by hand", async () => {
  const names = [{ locale: "en", name: "Daily stand-up" }];
  await house.admin.post("/v1/reasons", { code: "standup", names, class: "busy" });
  const { page, ...one } = await agent();
  const inOrder = async () => {
    await status(page).click();
    const lines = await page.getByRole("menu").textContent();
    return ["Away", "Lunch break", "Busy", "Daily stand-up", "Begin wrap-up"].map((word) =>
      lines.indexOf(word),
    );
  };
  const places = await inOrder();
  assert.ok(
    places.every((place, n) => place > (places[n - 1] ?? -1)),
    `each code stands under its heading: ${places}`,
  );
  const choose = (role, name) => page.getByRole(role, { name }).click();
  const row = () => house.admin.get(`/v1/agents/${one.id}`);
  await choose("menuitemradio", /^Daily stand-up/);
  await status(page).getByText("Daily stand-up").waitFor();
  assert.deepEqual([(await row()).desk, (await row()).aux.reason], ["busy", "standup"]);
  await status(page).click();
  await choose("menuitemradio", /^Lunch break/);
  await status(page).getByText("Lunch break").waitFor();
  assert.deepEqual([(await row()).desk, (await row()).aux.reason], ["away", "lunch_break"]);
  await page.keyboard.press("Alt+1");
  await status(page).getByText("Available").waitFor();

  await status(page).click();
  await choose("menuitem", "Begin wrap-up");
  const card = page.getByRole("region", { name: "Wrap-up" });
  await card.getByText("It runs until you finish it.").waitFor();
  assert.deepEqual([(await row()).desk, (await row()).aux.aux], ["busy", "wrap_up"]);
  await accessible(page);
  await card.getByRole("button", { name: "Finish" }).click();
  await card.waitFor({ state: "detached" });
  await page.locator('button.state[data-b="ready"]').waitFor();
  await one.close();
});

test("a letter typed into the open status menu answers no offer", async () => {
  const { page, ...one } = await agent();
  await house.arrival(one.queue, "c18", "Ring ring");
  await offerCard(page).waitFor();
  await status(page).click();
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("d");
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });
  assert.equal(await offerCard(page).count(), 1);
  await one.close();
});

test("an offer calls on every page, and is taken from there", async () => {
  const { page, ...one } = await agent();
  await page.goto("/settings");
  await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  await page.evaluate(() => {
    globalThis.rings = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...given) {
      globalThis.rings += 1;
      return start.apply(this, given);
    };
  });
  await house.admin.post("/v1/clients", { channel: "chat", address: "mona@shop", name: "Mona Lind" });
  await house.arrival(one.queue, "mona@shop", "Elsewhere");
  const card = page.getByRole("region", { name: "Offer: Mona Lind" });
  await card.getByRole("timer").waitFor();
  await page.waitForFunction(() => globalThis.rings > 0);
  await page.waitForFunction(() => document.title.includes("1 offer waits for you"));
  await accessible(page);
  await shot(page, "desk-call-elsewhere");
  await card.getByRole("button", { name: "Accept" }).click();
  await thread(page).getByText("Elsewhere").waitFor();
  await one.close();
});

test("a conversation that cannot be costs only its own thread", async () => {
  const { page, guard, ...one } = await agent();
  guard.expect(/Failed to load resource/);
  await page.goto("/desk?c=typo");
  await page.getByText("There is no such conversation.").waitFor();
  await page.locator('button.state[data-b="ready"]').waitFor();
  await chat(page, one.queue, "c19", "All the same");
  await one.close();
});

test("a word in another conversation is counted in the title, and its sound is soft", async () => {
  const { page, ...one } = await agent();
  const first = await chat(page, one.queue, "c20", "The first");
  await chat(page, one.queue, "c21", "The second");
  await page.evaluate(() => {
    globalThis.tones = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...given) {
      globalThis.tones.push(this.frequency.value);
      return start.apply(this, given);
    };
  });
  await house.says(first, "Are you there?");
  await page.waitForFunction(() => document.title.startsWith("(1) "));
  await page.waitForFunction(() => globalThis.tones.length > 0);
  assert.deepEqual(await page.evaluate(() => globalThis.tones), [523]);
  await page.getByRole("link", { name: /Are you there/ }).click();
  await page.waitForFunction(() => !document.title.startsWith("("));
  await one.close();
});

test("a break taken now hands back whoever waits", async () => {
  const { page, ...one } = await agent();
  const id = await chat(page, one.queue, "c2");
  await status(page).click();
  await page.getByRole("menuitemradio", { name: /Now: hand 1 chat back/ }).click();
  await page.getByRole("menuitemradio", { name: /Short break/ }).click();
  await page.locator('button.state[data-b="paused"]').waitFor();
  const row = await house.admin.get(`/v1/conversations/${id}`);
  assert.equal(row.stage, "waiting");
  await one.close();
});

test("a missed offer says so, and enough of them send on a break with one press back", async () => {
  const { page, ...one } = await agent({ queue: { ring_timeout_s: 1, max_no_answer: 2 } });
  await house.arrival(one.queue, "c3", "Is anybody there?");
  await page.getByRole("heading", { name: "You missed an offer" }).waitFor();
  await page.getByText("Its time ran out without an answer").waitFor();
  await accessible(page);
  await shot(page, "desk-missed");
  await page.getByRole("heading", { name: "You were sent on a break" }).waitFor();
  await accessible(page);
  await page.reload();
  await page.getByRole("heading", { name: "You were sent on a break" }).waitFor();
  await page.getByRole("button", { name: "I am back" }).click();
  await page.getByRole("heading", { name: "You were sent on a break" }).waitFor({ state: "detached" });
  await one.close();
});

test("an offer that is declined goes, and is not called a miss", async () => {
  const { page, ...one } = await agent();
  const id = await house.arrival(one.queue, "c4", "No thanks");
  await offerCard(page).waitFor();
  await page.keyboard.press("d");
  await offerCard(page).waitFor({ state: "detached" });
  assert.equal((await house.admin.get(`/v1/conversations/${id}`)).stage, "waiting");
  await page.waitForTimeout(500);
  assert.equal(await page.getByText("You missed an offer").count(), 0);
  await page.getByText("You declined it before.").waitFor();
  await one.close();
});

test("a reload in the middle keeps the thread and what was begun", async () => {
  const { page, ...one } = await agent();
  await chat(page, one.queue, "c5", "Where is my parcel?");
  await composer(page).fill("It left our house on");
  await page.reload();
  await thread(page).getByText("Where is my parcel?").waitFor();
  assert.equal(await composer(page).inputValue(), "It left our house on");
  await page.keyboard.press("End");
  await composer(page).pressSequentially(" Monday.");
  await page.keyboard.press("Enter");
  await thread(page).getByText("It left our house on Monday.").waitFor();
  await page.reload();
  await thread(page).getByText("It left our house on Monday.").waitFor();
  assert.equal(await composer(page).inputValue(), "");
  await one.close();
});

test("a message that does not go can be sent again, and is said once", async () => {
  const { page, guard, ...one } = await agent();
  const id = await chat(page, one.queue, "c6");
  guard.expect(/ERR_FAILED|Failed to load resource/);
  const keys = new Set();
  let down = true;
  await page.route("**/messages", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    keys.add(route.request().headers()["idempotency-key"]);
    if (!down) return route.continue();
    // It arrives, and the answer is lost.
    await route.fetch();
    return route.abort();
  });
  await composer(page).fill("Said once");
  await page.keyboard.press("Enter");
  await thread(page).getByText("Said once").waitFor();
  await page.waitForTimeout(1_000);
  down = false;
  await thread(page).getByText("Sending…").waitFor({ state: "detached" });
  await page.waitForTimeout(2_000);
  assert.equal(await thread(page).getByText("Said once").count(), 1);
  assert.equal(keys.size, 1);
  const { data } = await house.admin.get(`/v1/conversations/${id}/messages`);
  assert.equal(data.filter(({ text }) => text === "Said once").length, 1);
  await one.close();
});

test("what the server refuses stays before me, to be sent again or rewritten", async () => {
  const { page, guard, ...one } = await agent();
  await chat(page, one.queue, "c7");
  guard.expect(/Failed to load resource/);
  const refusal = { type: "x", title: "Conflict", status: 409, code: "not_active", detail: "" };
  const refuse = (route) =>
    route.request().method() === "POST"
      ? route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify(refusal) })
      : route.continue();
  await page.route("**/messages", refuse);
  await composer(page).fill("Never mind");
  await page.keyboard.press("Enter");
  await thread(page).getByText("Not sent: This conversation is not in progress.").waitFor();
  await accessible(page);
  await shot(page, "desk-not-sent");
  await page.unroute("**/messages", refuse);
  await page.getByRole("button", { name: "Back to the draft" }).click();
  assert.equal(await composer(page).inputValue(), "Never mind");
  await page.keyboard.press("Enter");
  await thread(page).getByText("Never mind").waitFor();
  assert.equal(await page.getByText("Not sent").count(), 0);
  await one.close();
});

test("two tabs show one floor, and one of them rings", async () => {
  const { page, context, ...one } = await agent();
  const counting = () => {
    globalThis.rings = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...given) {
      globalThis.rings += 1;
      return start.apply(this, given);
    };
  };
  await context.addInitScript(counting);
  await page.reload();
  await page.getByText("You are free").waitFor();
  const second = await context.newPage();
  await second.goto("/desk");
  await second.getByText("You are free").waitFor();
  await second.waitForTimeout(1_000);
  await house.arrival(one.queue, "c8", "Ring");
  await Promise.all([offerCard(page).waitFor(), offerCard(second).waitFor()]);
  await page.waitForTimeout(1_000);
  const rings = await Promise.all([page, second].map((tab) => tab.evaluate(() => globalThis.rings)));
  assert.equal(rings.filter((count) => count > 0).length, 1, `both tabs: ${rings}`);
  await second.keyboard.press("a");
  await offerCard(page).waitFor({ state: "detached" });
  await page.getByRole("link", { name: /Ring/ }).waitFor();
  await one.close();
});

test("whose session is over signs in and is where they were", async () => {
  const { page, guard, ...one } = await agent();
  await chat(page, one.queue, "c9", "Still there?");
  const address = page.url();
  guard.expect(/401/);
  await house.admin.put(`/v1/users/${one.id}/password`, { password: "another horse battery" });
  await page.getByText("Your session is over.").waitFor();
  await page.getByLabel("Login").fill(one.login);
  await page.locator("input[type=password]").fill("another horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await thread(page).getByText("Still there?").waitFor();
  assert.equal(page.url(), address);
  await one.close();
});

test("a conversation is handed to a queue with a note, and to an agent who can take it", async () => {
  const other = await agent();
  const away = await agent({ begin: async () => {} });
  const { page, ...one } = await agent();
  await chat(page, one.queue, "c10", "To a queue please");
  await page.keyboard.press("Escape");
  await page.keyboard.press("x");
  const dialog = page.getByRole("dialog", { name: /Hand .* on/ });
  await dialog
    .getByRole("option", { name: new RegExp(`Amara ${people - 1}\\b`) })
    .getByText("Not logged in")
    .waitFor();
  await dialog.getByRole("textbox", { name: "Note for whoever gets it" }).fill("Parcel 7 is lost.");
  await accessible(page);
  await shot(page, "desk-transfer");
  await dialog.getByRole("combobox").fill(`Billing ${people - 2}`);
  await dialog.getByRole("button", { name: `Hand to Billing ${people - 2}` }).click();
  await page.getByText(`Handed to Billing ${people - 2}.`).waitFor();
  await offerCard(other.page).getByText("To a queue please").waitFor();
  await offerCard(other.page).getByText("Parcel 7 is lost.").waitFor();
  await other.page.keyboard.press("a");
  await thread(other.page).getByText("Parcel 7 is lost.").waitFor();
  await thread(other.page).getByText("Note for colleagues").waitFor();
  await shot(other.page, "desk-note");

  await chat(page, one.queue, "c11", "To an agent please");
  await page.keyboard.press("Escape");
  await page.keyboard.press("x");
  await dialog.getByRole("combobox").fill(`Amara ${people - 2}`);
  await dialog.getByRole("button", { name: `Hand to Amara ${people - 2}` }).waitFor();
  await page.keyboard.press("Enter");
  await offerCard(other.page).getByText("To an agent please").waitFor();
  await other.page.keyboard.press("Alt+a");
  await thread(other.page).getByText("To an agent please").waitFor();
  await Promise.all([one.close(), other.close(), away.close()]);
});

test("wrap-up runs, is made longer, and is finished", async () => {
  const { page, ...one } = await agent({ queue: { wrap_up_s: 90 } });
  const until = async () => Date.parse((await house.admin.get(`/v1/agents/${one.id}`)).wrap_up.until);
  await chat(page, one.queue, "c12");
  await composer(page).fill("Done.");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.keyboard.press("e");
  await page.getByRole("button", { name: "End conversation" }).click();
  const card = page.getByRole("region", { name: "Wrap-up" });
  await card.waitFor();
  assert.match(await status(page).textContent(), /Wrap-up/);
  await accessible(page);
  await shot(page, "desk-wrap-up");
  const before = await until();
  const extended = page.waitForResponse(/wrap-up\/extend$/);
  await card.getByRole("button", { name: "+30 s" }).click();
  await extended;
  assert.equal((await until()) - before, 30_000);
  await card.getByText(/^[12]:\d\d$/).waitFor();
  await page.keyboard.press("Control+Enter");
  await card.waitFor({ state: "detached" });
  await page.locator('button.state[data-b="ready"]').waitFor();
  await one.close();
});

test("a call is held and taken up again", async () => {
  const { page, ...one } = await agent({
    queue: { channels: ["voice"], wrap_up_s: 0 },
    begin: async () => {},
  });
  await house.channel.put(`/v1/agents/${one.id}/devices/sip:1@pbx`, {
    kind: "sip",
    reachable: true,
    ttl_s: 600,
  });
  await startWork(page);
  await house.channel.post("/v1/conversations", {
    queue: one.queue,
    channel: "voice",
    client: "+4722000000",
  });
  await offerCard(page).waitFor();
  await page.keyboard.press("a");
  await page.getByText("You are speaking with the client").waitFor();
  await page.keyboard.press("h");
  await page.getByRole("button", { name: "Resume" }).waitFor();
  await page.keyboard.press("h");
  await page.getByRole("button", { name: "Hold" }).waitFor();
  await thread(page)
    .getByText(/On hold for/)
    .waitFor();
  await one.close();
});

test("hostile texts are only text, and what is too long is refused before it is sent", async () => {
  const { page, ...one } = await agent();
  const evil = '<img src=x onerror="document.title=1"><script>document.title=1</script> \u202Etxt.exe';
  const id = await house.arrival(one.queue, "<b>bold</b>\u202Eevil", evil);
  await offerCard(page).waitFor();
  await page.keyboard.press("a");
  await thread(page).getByText("<img src=x").waitFor();
  await thread(page).getByTitle("hidden sign RLO").waitFor();
  assert.equal(await page.locator("main img, main script").count(), 0);
  await house.says(id, "x".repeat(4_000));
  await thread(page).getByText("xxxx").waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, "the page is wider than its window");
  await accessible(page);

  await composer(page).focus();
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "y".repeat(100_000));
    const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(paste);
  });
  await page.getByText("What you pasted has 100,000 characters; a message takes 16,000.").waitFor();
  assert.equal(await composer(page).inputValue(), "");
  await composer(page).fill("z".repeat(16_001));
  await page.getByText("1 character too many").waitFor();
  assert.ok(await page.getByRole("button", { name: "Send" }).isDisabled());
  await accessible(page);
  await one.close();
});

test("a thread of many messages is drawn in parts, and read back to its beginning", async () => {
  const { page, ...one } = await agent();
  const id = await chat(page, one.queue, "c13", "Message 0");
  const last = 1_100;
  for (let sent = 1; sent <= last; sent += 50) {
    const some = Array.from(
      { length: Math.min(50, last - sent + 1) },
      (_, place) => `Message ${sent + place}`,
    );
    await Promise.all(some.map((text) => house.says(id, text)));
  }
  await page.reload();
  await thread(page)
    .getByText(/^Message \d+/)
    .last()
    .waitFor();
  const drawn = () => thread(page).locator("> *").count();
  assert.ok((await drawn()) < 250, "not all of it is drawn");
  for (let turn = 0; turn < 600; turn += 1) {
    if (await thread(page).getByText("Message 0", { exact: true }).count()) break;
    await thread(page).evaluate((box) => box.scrollTo(0, 0));
    await page.waitForTimeout(60);
  }
  await thread(page).getByText("Message 0", { exact: true }).waitFor();
  assert.ok((await drawn()) < 250, "nor when one has read back");
  await page.getByRole("button", { name: /latest/ }).click();
  await house.says(id, "The very last");
  await thread(page).getByText("The very last").waitFor();
  await one.close();
});

test("a phone shows the list or the thread, and what rings beside a thread", async () => {
  const { page, ...one } = await agent({ size: SIZES.phone });
  await chat(page, one.queue, "c14", "From my phone");
  await accessible(page);
  await shot(page, "desk-phone-thread");
  await house.arrival(one.queue, "c15", "Me too");
  await page.getByRole("button", { name: "Answer" }).click();
  await offerCard(page).waitFor();
  await accessible(page);
  await shot(page, "desk-phone-list");
  await page.getByRole("button", { name: "Accept" }).click();
  await thread(page).getByText("Me too").waitFor();
  await page.getByRole("button", { name: "Back to the list" }).click();
  await page.getByRole("link", { name: /From my phone/ }).click();
  await thread(page).getByText("From my phone").waitFor();
  await page.getByRole("button", { name: "Client", exact: true }).click();
  await page.getByRole("dialog", { name: "Client" }).waitFor();
  await one.close();
});

test("the desk reads from right to left, in the dark as well", async () => {
  const { page, ...one } = await agent({
    size: SIZES.wide,
    theme: "dark",
    more: { queues: [] },
    begin: async () => {},
  });
  await house.admin.put(`/v1/queues/${one.queue}/memberships/${one.id}`, {});
  await page.evaluate(() => localStorage.setItem("PARAGLIDE_LOCALE", "ar"));
  await page.reload();
  await page.getByRole("button", { name: "بدء العمل" }).click();
  await page.locator('button.state[data-b="ready"]').waitFor();
  await house.arrival(one.queue, "c16", "مرحبا، أين طلبي رقم 88213؟");
  await page.getByRole("article").waitFor();
  await page.keyboard.press("a");
  await thread(page).getByText("مرحبا").waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
  await accessible(page);
  await shot(page, "desk-arabic");
  await one.close();
});

test("a server that was killed comes again, and so do stream and thread", async () => {
  const { page, guard, ...one } = await agent();
  const id = await chat(page, one.queue, "c17", "Before the fall");
  guard.expect(/WebSocket|Failed to load resource|ERR_CONNECTION/);
  await house.kill();
  await page
    .getByText(/Connection lost/)
    .first()
    .waitFor();
  await composer(page).fill("Written while it was down");
  await page.keyboard.press("Enter");
  await thread(page).getByText("Written while it was down").waitFor();
  await shot(page, "desk-reconnecting");
  await house.again();
  await page
    .getByText(/Connection lost/)
    .first()
    .waitFor({ state: "detached", timeout: 30_000 });
  const again = page.getByRole("button", { name: "Send again" });
  await page.waitForTimeout(1_500);
  if (await again.count()) await again.click();
  await house.says(id, "After the rise");
  await thread(page).getByText("After the rise").waitFor();
  await page.getByText("Sending…").waitFor({ state: "detached" });
  const { data } = await house.admin.get(`/v1/conversations/${id}/messages`);
  assert.deepEqual(data.map(({ text }) => text).toSorted(), [
    "After the rise",
    "Before the fall",
    "Written while it was down",
  ]);
  await one.close();
});
