// A supervisor looks after the floor: finds whom to look at, opens a card, sets a state, and takes the list along.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Client, House } from "./house.mjs";
import { accessible, browser, person, shot, SIZES } from "./page.mjs";

let house, chromium, sam;
const ids = {};

/** Somebody at work with a telephone and a console that answer. */
async function atWork(login) {
  await house.admin.post(`/v1/agents/${ids[login]}/login`);
  for (const [device, kind] of [
    ["phone", "sip"],
    ["desk", "console"],
  ]) {
    const body = { kind, reachable: true, ttl_s: 3_600 };
    await ids.program.put(`/v1/agents/${ids[login]}/devices/${login}-${device}`, body);
  }
}
/** A client who comes and writes: the words of clients are brought by programs. */
async function arrival(queue, client, text) {
  const { id } = await ids.program.post("/v1/conversations", { queue, channel: "chat", client });
  await ids.program.post(`/v1/conversations/${id}/messages`, { author: "client", text });
  return id;
}
const status = (login, body) => house.admin.put(`/v1/agents/${ids[login]}/status`, body);

/** The row of an agent in the table. */
const rowOf = (page, name) => page.locator("tbody tr[aria-rowindex]").filter({ hasText: name });
/** Names in the order in which they are listed. */
const listed = (page) => page.locator("tbody tr[aria-rowindex] td.who b").allTextContents();
/** The press that shows one status alone. */
const chip = (page, word) => page.getByRole("button", { name: new RegExp(`^${word} \\d`) });

before(async () => {
  [house, chromium] = [await House.open(), await browser()];
  const { secret, key } = await house.admin.post("/v1/api-keys", { name: "floor", scopes: ["*"] });
  ids.program = new Client(house.url, { authorization: `Bearer ${secret ?? key}` });
  ids.billing = await house.queue("Billing", { number: "8000", auto_ready: true, auto_accept: true });
  ids.returns = await house.queue("Returns", { number: "8001", auto_ready: true, ring_timeout_s: 600 });
  ids.spanish = (await house.admin.post("/v1/skills", { name: "Spanish Language" })).id;
  const names = { standup: "Daily stand-up" };
  await house.admin.post("/v1/reasons", {
    code: "standup",
    names: [{ locale: "en", name: names.standup }],
    class: "busy",
  });
  const work = { auto_queue_login: true, auto_ready_on_login: true };
  for (const [login, more] of Object.entries({
    anna: { queues: [{ queue: ids.billing }], skills: [{ skill: ids.spanish, level: 4 }] },
    bert: { queues: [{ queue: ids.returns }], capacity: 3 },
    cora: { queues: [{ queue: ids.billing }, { queue: ids.returns }] },
    dora: { queues: [{ queue: ids.billing }] },
    emil: {},
  })) {
    ids[login] = await house.user(login, { ...work, ...more });
  }
  ids.sam = await house.user("sam", { role: "supervisor" });
  const members = ["anna", "bert", "cora", "dora"].map((login) => ids[login]);
  await house.admin.post("/v1/teams", { name: "Red", members, supervisors: [ids.sam] });
  for (const login of ["anna", "bert", "cora"]) await atWork(login);
  await status("cora", { status: "on_break", reason: "lunch_break" });
  ids.chat = await arrival("8000", "daniel", "Was I charged twice?");
  sam = await person(chromium, house.url, { login: "sam", path: "/supervisor", size: SIZES.wide });
  await rowOf(sam.page, "Anna").waitFor();
});
after(async () => {
  await sam?.close();
  await chromium.close();
  await house.close();
});

test("a supervisor sees themselves and the agents of their teams, and no others", async () => {
  assert.deepEqual((await listed(sam.page)).sort(), ["Anna", "Bert", "Cora", "Dora", "Sam"]);
  const ada = await person(chromium, house.url, { login: "ada", path: "/supervisor" });
  await rowOf(ada.page, "Emil").waitFor();
  await ada.close();
});

test("an agent may not open the page", async () => {
  const dora = await person(chromium, house.url, { login: "dora", path: "/supervisor" });
  await dora.page.getByText("This page is not for your role").waitFor();
  await dora.close();
});

test("a row says who, in which state, since when, how many chats of how many, and what they are good at", async () => {
  const titles = await sam.page.locator("thead th button").allTextContents();
  assert.deepEqual(titles.slice(0, 8), [
    "Name",
    "State",
    "In state",
    "Status",
    "Active Chats",
    "Max Capacity",
    "Skill Sets",
    "Aux Code",
  ]);
  const anna = await rowOf(sam.page, "Anna").locator("td").allTextContents();
  const [name, state, since, desk, chats, capacity, skills, aux] = anna.map((text) => text.trim());
  assert.match(name, /Anna\s*anna/);
  assert.match(state, /Ready\s*Chat · 1/);
  assert.match(since, /^\d+:\d\d$/);
  assert.deepEqual(
    [desk, chats, capacity, skills, aux],
    ["Available", "1", "1/5", "Spanish Language 4", "–"],
  );
  const cora = await rowOf(sam.page, "Cora").locator("td").allTextContents();
  assert.deepEqual([cora[3], cora[7]], ["Away", "Lunch break"]);
});

test("the columns of a desk are exactly six", async () => {
  await sam.page.getByRole("button", { name: "Desk columns" }).click();
  assert.deepEqual(await sam.page.locator("thead th button").allTextContents(), [
    "Name",
    "Status",
    "Active Chats",
    "Max Capacity",
    "Skill Sets",
    "Aux Code",
  ]);
  await shot(sam.page, "board-desk-columns");
  await sam.page.getByRole("button", { name: "All columns" }).click();
});

test("the desk tells Busy from Available as soon as nobody can be assigned", async () => {
  await status("bert", { status: "on_break", reason: "standup" });
  await rowOf(sam.page, "Bert").getByText("Busy", { exact: true }).waitFor();
  await status("bert", { status: "available" });
  await rowOf(sam.page, "Bert").getByText("Available", { exact: true }).waitFor();
});

test("one status at a time, in whose words one likes; all of them to begin with", async () => {
  const { page } = sam;
  assert.equal(await chip(page, "All").getAttribute("aria-pressed"), "true");
  await chip(page, "Paused").click();
  await rowOf(page, "Anna").waitFor({ state: "detached" });
  assert.deepEqual(await listed(page), ["Cora"]);
  assert.match(page.url(), /is=paused/);
  await chip(page, "All").click();

  await page.getByLabel("Whose words").click();
  await page.getByRole("option", { name: "Status widget" }).click();
  const chips = await page
    .getByRole("group", { name: "Show one status only" })
    .getByRole("button")
    .allTextContents();
  assert.deepEqual(
    chips.map((text) => text.replace(/\s*\d+$/, "").trim()),
    [
      "All",
      "Active (doesn't receive threads)",
      "Active",
      "Active (free)",
      "Active (finishing)",
      "Lunch break",
      "Short break",
      "Training",
      "Meeting",
      "Technical break",
      "Daily stand-up",
      "Not ready",
      "Inactive (kicked out)",
      "Offline",
    ],
  );
  // Who works on a thread is Active, and not Active (free).
  await page.getByRole("button", { name: "Active 1", exact: true }).click();
  await rowOf(page, "Bert").waitFor({ state: "detached" });
  assert.deepEqual(await listed(page), ["Anna"]);
  await rowOf(page, "Anna").getByText("1 thread", { exact: true }).waitFor();
  await accessible(page);
  await page.goto("/supervisor");
  await rowOf(page, "Anna").waitFor();
});

test("in the widget's words the active are counted, the others timed, and who was never there has a dash", async () => {
  const { page } = sam;
  const cora = await person(chromium, house.url, { login: "cora", path: "/desk" });
  await cora.page.locator("button.state").click();
  await cora.page.getByRole("menuitemradio", { name: /^Only my own clients/ }).click();
  await page.goto("/supervisor?words=widget");
  const cells = (name) =>
    rowOf(page, name)
      .locator("td")
      .allTextContents()
      .then((texts) => texts.slice(1, 3).map((text) => text.trim()));
  const shows = async (name, state, time) => {
    await rowOf(page, name).getByText(state, { exact: true }).first().waitFor();
    const [, told] = await cells(name);
    assert.match(told, time, `${name}: ${state}`);
  };
  const RUNS = /^(\d+:)?\d+:\d\d$/;
  await shows("Cora", "Active (doesn't receive threads)", /^0 threads$/);
  await shows("Anna", "Active", /^1 thread$/);
  await shows("Bert", "Active (free)", /^0 threads$/);
  await shows("Dora", "Offline", /^–$/);
  await cora.close();
  await status("cora", { status: "not_ready" });
  await shows("Cora", "Not ready", RUNS);
  await house.admin.post(`/v1/agents/${ids.cora}/logout`);
  await shows("Cora", "Offline", RUNS);
  await atWork("cora");
  await status("cora", { status: "on_break", reason: "lunch_break" });
  await shows("Cora", "Lunch break", RUNS);
  await page.goto("/supervisor");
  await rowOf(page, "Anna").waitFor();
});

test("by queue, skill and team, and by what is typed", async () => {
  const { page } = sam;
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByLabel("Skill", { exact: true }).click();
  await page.getByRole("option", { name: "Spanish Language" }).click();
  await page.keyboard.press("Escape");
  await rowOf(page, "Bert").waitFor({ state: "detached" });
  assert.deepEqual(await listed(page), ["Anna"]);
  await page.getByRole("button", { name: "Remove filter Skill: Spanish Language" }).click();
  await rowOf(page, "Bert").waitFor();

  await page.keyboard.press("/");
  await page.keyboard.type("dor");
  await rowOf(page, "Bert").waitFor({ state: "detached" });
  assert.deepEqual(await listed(page), ["Dora"]);
  await page.goto("/supervisor?text=nobody");
  await page.getByText("Nobody fits these filters").waitFor();
  await page.getByRole("button", { name: "Show everybody" }).click();
  await rowOf(page, "Anna").waitFor();
});

test("a column sorts up, down, and back to what needs attention", async () => {
  const { page } = sam;
  const name = page.getByRole("button", { name: "Name", exact: true });
  await name.click();
  assert.deepEqual(await listed(page), ["Anna", "Bert", "Cora", "Dora", "Sam"]);
  await name.click();
  assert.deepEqual(await listed(page), ["Sam", "Dora", "Cora", "Bert", "Anna"]);
  assert.equal(await page.locator("th").first().getAttribute("aria-sort"), "descending");
  await name.click();
  await page.getByText("sorted by needs attention").waitFor();
  assert.deepEqual((await listed(page)).slice(-2).sort(), ["Dora", "Sam"], "who is offline is last");
});

test("a change on the floor is seen within a second, and moves no row under the pointer", async () => {
  const { page } = sam;
  await rowOf(page, "Bert").hover();
  const order = await listed(page);
  await page.getByText("order held").waitFor();
  const began = Date.now();
  await status("bert", { status: "on_break", reason: "meeting" });
  await rowOf(page, "Bert").getByText("Meeting").first().waitFor();
  assert.ok(Date.now() - began < 1_000, `seen after ${Date.now() - began} ms`);
  assert.deepEqual(await listed(page), order);
  await page.mouse.move(5, 5);
  await status("bert", { status: "available" });
});

test("the card of an agent opens from the avatar: everybody's words, the last hour, conversations, queues", async () => {
  const { page } = sam;
  await page.getByRole("button", { name: "Open the card of Anna" }).click();
  const card = page.getByRole("complementary", { name: "Agent card" });
  for (const word of ["Ready", "Available", "Active"])
    await card.getByText(word, { exact: true }).first().waitFor();
  await card.getByRole("img", { name: /Offline/ }).waitFor();
  await card.getByRole("button", { name: "Explain" }).click();
  await card.getByText("May take work").waitFor();
  await accessible(page);
  await shot(page, "board-card");

  await card.getByRole("tab", { name: "Conversations 1" }).click();
  await card.getByRole("button", { name: /Waits for the agent/ }).click();
  await card.getByText("Was I charged twice?").waitFor();
  await ids.program.post(`/v1/conversations/${ids.chat}/messages`, { author: "agent", text: "One moment." });
  await card.getByText("One moment.").waitFor();
  await card.getByText("Waits for the client").waitFor();

  await card.getByRole("tab", { name: "Queues and skills" }).click();
  await card.getByRole("button", { name: "Actions for Billing" }).click();
  await page.getByRole("menuitem", { name: "Set not ready here" }).click();
  await card.getByText("Not Ready", { exact: true }).waitFor();
  await card.getByRole("button", { name: "Actions for Billing" }).click();
  await page.getByRole("menuitem", { name: "Set ready here" }).click();
  await card.getByText("Ready", { exact: true }).last().waitFor();
  await accessible(page);
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "detached" });
});

test("a supervisor sets a state with a reason; it arrives at the row, and it is written down who did it", async () => {
  const { page } = sam;
  await page.getByRole("button", { name: "Actions for Bert" }).click();
  await page.getByRole("menuitem", { name: "Set state" }).click();
  const dialog = page.getByRole("dialog", { name: "Set the state of Bert" });
  await accessible(page);
  await dialog.getByRole("radio", { name: "Training" }).check({ force: true });
  await shot(page, "board-set-state");
  await dialog.getByRole("button", { name: "Set", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await rowOf(page, "Bert").getByText("Paused").waitFor();
  await rowOf(page, "Bert").getByText("Training").first().waitFor();
  const { data } = await house.admin.get(`/v1/agent-activity?user=${ids.bert}&limit=1000`);
  const last = data.filter((row) => row.reason === "training").at(-1);
  assert.deepEqual([last.actor, last.actor_id], ["supervisor", ids.sam]);
  // What they are already is not offered again.
  await page.getByRole("button", { name: "Actions for Bert" }).click();
  await page.getByRole("menuitem", { name: "Set state" }).click();
  await dialog.getByRole("radio", { name: "Available" }).waitFor({ state: "attached" });
  assert.equal(await dialog.getByRole("radio", { name: "Training" }).count(), 0);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
});

test("a supervisor logs an agent out", async () => {
  const { page } = sam;
  await page.getByRole("button", { name: "Actions for Bert" }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await rowOf(page, "Bert").getByText("Offline").first().waitFor();
  await page.getByRole("button", { name: "Actions for Bert" }).click();
  assert.equal(await page.getByRole("menuitem", { name: "Log out" }).count(), 0);
  await page.keyboard.press("Escape");
});

test("the file says what the screen says", async () => {
  const { page } = sam;
  await page.goto("/supervisor?sort=name");
  await rowOf(page, "Anna").waitFor();
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  const download = await coming;
  assert.match(download.suggestedFilename(), /^Agents \d{4}-\d\d-\d\d \d\d\.\d\d Europe-Oslo\.csv$/);
  const [titles, ...lines] = (await readFile(await download.path(), "utf8"))
    .replace("\ufeff", "")
    .trim()
    .split("\r\n");
  assert.deepEqual(titles.split(","), await page.locator("thead th button").allTextContents());
  assert.deepEqual(
    lines.map((line) => line.split(",")[0]),
    await listed(page),
  );
  // Times go on meanwhile; all else is letter for letter what stands in the row.
  const seen = await rowOf(page, "Cora").locator("td").allTextContents();
  const written = lines.find((line) => line.startsWith("Cora")).split(",");
  assert.deepEqual(
    [3, 4, 5, 6, 7, 8, 9].map((place) => written[place]),
    [3, 4, 5, 6, 7, 8, 9].map((place) => seen[place].trim()),
  );
  assert.equal(written[1], "Paused · Lunch break");
});

test("queues show who waits in them, and why", async () => {
  const { page } = sam;
  await arrival("8001", "rosa", "Where is my parcel?");
  await page.goto("/supervisor?view=queues");
  await page.locator("tbody").getByRole("button", { name: "Returns" }).click();
  const card = page.getByRole("complementary", { name: "Queue" });
  await card.getByRole("button", { name: /Waiting/ }).click();
  await card.getByRole("button", { name: "Why is it waiting?" }).click();
  await card.getByText("On a break").waitFor();
  await card.getByText("Where is my parcel?").waitFor();
  await accessible(page);
  await shot(page, "board-queues");
  await page.goto("/supervisor");
  await rowOf(page, "Anna").waitFor();
});

test("keys alone are enough", async () => {
  const { page } = sam;
  await page.goto("/supervisor?sort=name");
  await rowOf(page, "Anna").waitFor();
  await page.getByRole("button", { name: "Open the card of Anna" }).focus();
  await page.keyboard.press("ArrowDown");
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  assert.equal(await focused(), "Open the card of Bert");
  await page.keyboard.press("Enter");
  const card = page.getByRole("complementary", { name: "Agent card" });
  await card.waitFor();
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "detached" });
  assert.equal(await focused(), "Open the card of Bert");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await focused(), "Actions for Bert");
});

test("it is legible in every light, size and direction", async () => {
  for (const [name, how] of Object.entries({
    "wide-light": { size: SIZES.wide },
    "laptop-dark": { size: SIZES.laptop, theme: "dark" },
    "phone-light": { size: SIZES.phone },
    "phone-dark-ar": { size: SIZES.phone, theme: "dark", locale: "ar" },
    "wide-dark-ar": { size: SIZES.wide, theme: "dark", locale: "ar" },
  })) {
    const one = await person(chromium, house.url, { login: "sam", path: "/supervisor", ...how });
    await one.page.getByText("Cora", { exact: true }).waitFor();
    await accessible(one.page);
    await shot(one.page, `board-${name}`);
    const wider = await one.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wider <= 0, `${name} scrolls sideways by ${wider}`);
    await one.close();
  }
});

test("on a telephone an agent is a card", async () => {
  const phone = await person(chromium, house.url, { login: "sam", path: "/supervisor", size: SIZES.phone });
  await phone.page.getByRole("button", { name: /Anna/ }).click();
  await phone.page.getByRole("complementary", { name: "Agent card" }).getByText("In figures").waitFor();
  await accessible(phone.page);
  await phone.page.getByRole("complementary").getByRole("button", { name: "Close" }).click();
  await phone.page.getByRole("button", { name: /Anna/ }).waitFor();
  await phone.close();
});

test("a thousand agents scroll, with a few rows in the page", async () => {
  const tasks = Array.from({ length: 1_000 }, (_, n) => n);
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let n = tasks.pop(); n !== undefined; n = tasks.pop()) {
        await house.admin.post("/v1/users", {
          login: `many${n}`,
          name: `Many ${String(n).padStart(4, "0")}`,
        });
      }
    }),
  );
  const ada = await person(chromium, house.url, {
    login: "ada",
    path: "/supervisor?sort=name",
    size: SIZES.wide,
  });
  await chip(ada.page, "All")
    .getByText(/1,?00\d/)
    .waitFor();
  await rowOf(ada.page, "Anna").waitFor();
  const box = ada.page.getByRole("region", { name: "Agents", exact: true });
  await box.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
  await ada.page
    .getByText(/^Many 0[45]\d\d$/)
    .first()
    .waitFor();
  await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await rowOf(ada.page, "Sam").waitFor();
  const elements = await ada.page.evaluate(() => document.querySelectorAll("table *").length);
  assert.ok(elements < 500, `${elements} elements in the table`);
  await ada.close();
});
