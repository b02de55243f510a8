// An administrator sets a floor up through the pages: who works, what they can, where conversations wait.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client, House, PASSWORD } from "./house.mjs";
import { accessible, browser, person, shot, SIZES } from "./page.mjs";

let house, chromium, ada, page;
const ids = {};

/** A line of a form by its name; what marks it as needed is no part of that. */
const field = (name, where = page) => where.getByRole("textbox", { name, exact: true });
const press = (name, where = page) => where.getByRole("button", { name, exact: true }).click();
/** The button of the bar that comes up when something was changed. */
const save = (where = page) => where.getByRole("button", { name: /^Save Ctrl/ });
const row = (name, where = page) => where.locator("tbody tr").filter({ hasText: name });
const title = (name, where = page) => where.getByRole("heading", { level: 2, name, exact: true });

/** Looks for something by name, and picks it. */
async function pick(finder, name) {
  const box = page.getByRole("combobox", { name: finder });
  await box.fill(name);
  await page.getByRole("option", { name }).first().click();
}
/** One of a list. */
async function choose(label, name) {
  await page.getByLabel(label, { exact: true }).click();
  await page.getByRole("option", { name }).first().click();
}
/** What is wrong with a field, as one hears it there. */
async function refusal(input) {
  await page.waitForFunction((one) => one.ariaInvalid === "true", await input.elementHandle());
  const told = await input.getAttribute("aria-describedby");
  const texts = told.split(" ").map((id) => page.locator(`[id="${id}"]`).textContent());
  return (await Promise.all(texts)).join(" ");
}
/** All people of the account, by username. */
async function people() {
  const { data } = await house.admin.get("/v1/users?limit=1000");
  return Object.fromEntries(data.map((user) => [user.login, user]));
}
const memberships = async (queue) => (await house.admin.get(`/v1/queues/${queue}/memberships`)).data;
const queueNamed = async (name) =>
  (await house.admin.get("/v1/queues?limit=1000")).data.find((queue) => queue.name === name);

before(async () => {
  [house, chromium] = await Promise.all([House.open(), browser()]);
  ids.billing = await house.queue("Billing", { number: "8000", channels: ["voice", "chat"] });
  ids.returns = await house.queue("Returns", { number: "8001" });
  ids.spanish = (await house.admin.post("/v1/skills", { name: "Spanish Language" })).id;
  ids.vip = (await house.admin.post("/v1/skills", { name: "VIP Customer Care" })).id;
  const skills = [
    { skill: ids.spanish, level: 4 },
    { skill: ids.vip, level: 2 },
  ];
  for (const [login, more] of Object.entries({
    anna: { skills, queues: [{ queue: ids.billing }, { queue: ids.returns, tier_level: 1 }] },
    bert: { skills: skills.slice(1), queues: [{ queue: ids.billing, mode: "dynamic" }], capacity: 3 },
    cora: { name: "Cora Maximiliane von Hohenstein-Lichtenfels", queues: [{ queue: ids.returns }] },
    sam: { role: "supervisor" },
    bea: { role: "administrator" },
  })) {
    ids[login] = await house.user(login, more);
  }
  const members = [ids.anna, ids.bert];
  ids.red = (await house.admin.post("/v1/teams", { name: "Red", members, supervisors: [ids.sam] })).id;
  ada = await person(chromium, house.url, { login: "ada", path: "/settings", size: SIZES.wide });
  ({ page } = ada);
  await title("Users").waitFor();
});
after(async () => {
  await ada?.close();
  await chromium?.close();
  await house?.close();
});

test("a skill is defined, and the same name is refused beside the field", async () => {
  await page.goto("/settings/skills");
  await press("Define a skill");
  await field("Name").fill("Technical Support");
  await press("Save");
  await row("Technical Support").waitFor();
  await press("Define a skill");
  await field("Name").fill("Technical Support");
  await press("Save");
  assert.match(await refusal(field("Name")), /already/);
  await accessible(page);
  await shot(page, "settings-skill-refused");
  await press("Cancel");
  ids.technical = (await house.admin.get("/v1/skills")).data.find(
    (one) => one.name === "Technical Support",
  ).id;
});

test("a user is added with role, capacity, skills, queues and teams, and signs in at once", async () => {
  await page.goto("/settings/users");
  await page.getByRole("link", { name: "Add user" }).click();
  await field("Name").fill("Mia Berg");
  await field("Email").fill("mia@example.org");
  await field("Username").fill("mia");
  await choose("Role", "Agent");
  await field("Password").fill(PASSWORD);
  assert.equal(await field("Max concurrent conversations").inputValue(), "5");
  await field("Max concurrent conversations").fill("4");
  await pick("Add a skill…", "Technical Support");
  await page.getByRole("radiogroup", { name: "Level in Technical Support" }).getByText("5").click();
  await pick("Add a skill…", "Spanish Language");
  await pick("Add a queue…", "Billing");
  await choose("Membership: Billing", "Mandatory");
  await field("Tier", page.getByRole("group", { name: "Billing" })).fill("2");
  await page.getByRole("checkbox", { name: "Red" }).check();
  await accessible(page);
  await page.getByRole("button", { name: /^Add user/ }).click();
  await row("Mia Berg").getByText("Technical Support 5").waitFor();
  await row("Mia Berg").getByText("Billing").waitFor();

  const { mia } = await people();
  const { name, email, role, capacity, teams } = mia;
  assert.deepEqual(
    { name, email, role, capacity, teams },
    { name: "Mia Berg", email: "mia@example.org", role: "agent", capacity: 4, teams: [ids.red] },
  );
  const agent = await house.admin.get(`/v1/agents/${mia.id}`);
  const levels = agent.skills.map(({ skill, level }) => [skill, level]).sort();
  assert.deepEqual(
    levels,
    [
      [ids.technical, 5],
      [ids.spanish, 3],
    ].sort(),
  );
  const seats = agent.queues.map(({ queue, mode, tier_level }) => ({ queue, mode, tier_level }));
  assert.deepEqual(seats, [{ queue: ids.billing, mode: "mandatory", tier_level: 2 }]);

  const mine = await person(chromium, house.url, { login: "mia", path: "/desk" });
  await mine.page.getByText("You are logged out").waitFor();
  await mine.close();
});

test("a capacity below 1 or above 20 is refused beside its field, and nobody is added", async () => {
  await page.goto("/settings/users/new");
  await field("Name").fill("Nobody");
  await field("Username").fill("nobody");
  const capacity = field("Max concurrent conversations");
  for (const wrong of ["0", "21"]) {
    await capacity.fill(wrong);
    await page.getByRole("button", { name: /^Add user/ }).click();
    assert.match(await refusal(capacity), /from 1 to 20/);
  }
  await accessible(page);
  await shot(page, "settings-user-refused");
  assert.equal((await people()).nobody, undefined);
  await capacity.fill("20");
  await page.getByRole("button", { name: /^Add user/ }).click();
  await row("Nobody").waitFor();
  assert.equal((await people()).nobody.capacity, 20);
});

test("a username in use is refused beside its field, and nothing typed is lost", async () => {
  await page.goto("/settings/users/new");
  await field("Name").fill("Another Anna");
  await field("Email").fill("other@example.org");
  await field("Username").fill("anna");
  ada.guard.expect(/409/);
  await page.getByRole("button", { name: /^Add user/ }).click();
  assert.match(await refusal(field("Username")), /already/);
  assert.equal(await field("Name").inputValue(), "Another Anna");
  assert.equal(await field("Email").inputValue(), "other@example.org");
  await field("Username").fill("anna2");
  assert.equal(await field("Username").getAttribute("aria-invalid"), null);
  await page.getByRole("button", { name: /^Add user/ }).click();
  await row("Another Anna").waitFor();
});

test("a user is changed, deactivated and taken back", async () => {
  await page.goto("/settings/users");
  await row("anna2").getByRole("link", { name: "Another Anna" }).click();
  await field("Name").fill("Anneke");
  await field("Max concurrent conversations").fill("2");
  await save().click();
  await title("Anneke").waitFor();
  await save().waitFor({ state: "detached" });
  const { anna2 } = await people();
  assert.deepEqual([anna2.name, anna2.capacity], ["Anneke", 2]);
  await house.admin.put(`/v1/users/${anna2.id}/password`, { password: PASSWORD });

  await press("Deactivate");
  await page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
  await page.getByText("Deactivated", { exact: true }).waitFor();
  await assert.rejects(Client.signIn(house.url, "anna2"), /cannot sign in/);
  await press("Reactivate");
  await page.getByRole("button", { name: "Deactivate" }).waitFor();
  await Client.signIn(house.url, "anna2");
});

test("a team gets its members and a supervisor, who then sees them", async () => {
  await page.goto("/settings/teams");
  await page.getByRole("link", { name: "Add team" }).click();
  await field("Name").fill("Blue");
  await pick("Members: Add somebody by name…", "Cora");
  await pick("Supervisors: Add somebody by name…", "Sam");
  await accessible(page);
  await page.getByRole("button", { name: /^Add team/ }).click();
  await row("Blue").getByText("Sam").waitFor();
  const { data } = await house.admin.get("/v1/teams");
  const blue = data.find((team) => team.name === "Blue");
  assert.deepEqual([blue.members, blue.supervisors], [[ids.cora], [ids.sam]]);
  const sam = await Client.signIn(house.url, "sam");
  assert.ok((await sam.get("/v1/users")).data.some((user) => user.id === ids.cora));
});

test("a queue is made, its members come and go, and its settings are changed", async () => {
  await page.goto("/settings/queues");
  await page.getByRole("link", { name: "Add queue" }).click();
  await field("Name").fill("Sales");
  await field("Number").fill("8002");
  await page.getByRole("checkbox", { name: "Chats" }).check();
  await field("Priority").fill("11");
  await page.getByRole("button", { name: /^Add queue/ }).click();
  assert.match(await refusal(field("Priority")), /from 1 to 10/);
  await field("Priority").fill("8");
  await page.getByRole("button", { name: /^Add queue/ }).click();

  await page.getByText("Nobody works in this queue yet").waitFor();
  const { id } = await queueNamed("Sales");
  for (const name of ["Anna", "Bert"]) {
    await pick("Add somebody by name…", name);
    await row(name).waitFor();
  }
  await press("Membership of Bert");
  const dialog = page.getByRole("dialog");
  await field("Tier", dialog).fill("3");
  await field("Delay, s", dialog).fill("15");
  await accessible(page);
  await shot(page, "settings-member");
  await press("Save", dialog);
  await row("Bert").getByText("15 s").waitFor();
  await press("Take out Anna");
  await press("Remove", dialog);
  await row("Anna").waitFor({ state: "detached" });
  const seats = (await memberships(id)).map((one) => [one.user_id, one.tier_level, one.delay_sec]);
  assert.deepEqual(seats, [[ids.bert, 3, 15]]);

  await page.getByRole("link", { name: "Settings", exact: true }).last().click();
  await field("Rings for").fill("45");
  await page.getByRole("switch", { name: "Accept at once" }).check();
  await save().click();
  await save().waitFor({ state: "detached" });
  const { ring_timeout_s, auto_accept, priority, channels } = await house.admin.get(`/v1/queues/${id}`);
  assert.deepEqual(
    { ring_timeout_s, auto_accept, priority, channels },
    { ring_timeout_s: 45, auto_accept: true, priority: 8, channels: ["voice", "chat"] },
  );
});

test("who saves a queue over another's change is shown it, loses nothing, and has both ways out", async () => {
  const path = `/settings/queues/${ids.returns}`;
  const bea = await person(chromium, house.url, { login: "bea", path, expected: /412/ });
  await title("Returns", bea.page).waitFor();
  await page.goto(path);
  await title("Returns").waitFor();
  await field("Priority", bea.page).fill("7");
  await field("Rings for", bea.page).fill("33");

  await field("Priority").fill("2");
  await field("Missed in a row").fill("9");
  await save().click();
  await save().waitFor({ state: "detached" });

  await save(bea.page).click();
  const clash = bea.page.getByRole("alert").filter({ hasText: "Somebody saved before you" });
  const cells = async (name) =>
    (await row(name, clash).locator("td").allTextContents()).map((one) => one.trim());
  await clash.waitFor();
  assert.deepEqual(await cells("Priority"), ["5", "2", "7"]);
  assert.deepEqual(await cells("Missed in a row"), ["3", "9", "not changed by you"]);
  assert.equal(await field("Priority", bea.page).inputValue(), "7");
  assert.equal(await field("Rings for", bea.page).inputValue(), "33");
  await accessible(bea.page);
  await shot(bea.page, "settings-clash");
  await press("Save mine over theirs", clash);
  await clash.waitFor({ state: "detached" });
  await save(bea.page).waitFor({ state: "detached" });
  const queue = await house.admin.get(`/v1/queues/${ids.returns}`);
  assert.deepEqual([queue.priority, queue.ring_timeout_s, queue.max_no_answer], [7, 33, 9]);

  // Ada still looks at her own version.
  await field("Priority").fill("4");
  ada.guard.expect(/412/);
  await save().click();
  await press("Take theirs, drop mine");
  await save().waitFor({ state: "detached" });
  assert.equal(await field("Priority").inputValue(), "7");
  assert.equal((await house.admin.get(`/v1/queues/${ids.returns}`)).priority, 7);
  await bea.close();
});

test("a reason is added in two languages, and a name too long is refused", async () => {
  await page.goto("/settings/reasons");
  await page.getByRole("link", { name: "Add reason" }).click();
  await field("Name English").fill("Daily stand-up");
  await press("Add a language");
  await page.getByLabel("Language, two letters").last().fill("ar");
  await field("Name Arabic").fill("ن".repeat(64));
  await page.keyboard.type("ن");
  assert.equal((await field("Name Arabic").inputValue()).length, 64, "more than 64 letters cannot be typed");
  await field("Name Arabic").fill("");
  await field("Code").fill("Stand-up");
  await page.getByRole("button", { name: /^Add reason/ }).click();
  assert.match(await refusal(field("Code")), /lower-case/);
  assert.match(await refusal(field("Name Arabic")), /a text/);
  await accessible(page);
  await shot(page, "settings-reason-refused");
  await field("Name Arabic").fill("اجتماع يومي");
  await field("Code").fill("standup");
  await press("Busy");
  await page.getByRole("switch", { name: "Paid time" }).check();
  await page.getByRole("button", { name: /^Add reason/ }).click();
  await row("Daily stand-up").waitFor();
  const { names, class: kind, paid } = await house.admin.get("/v1/reasons/standup");
  assert.deepEqual(
    [names.map(({ locale, name }) => `${locale} ${name}`), kind, paid],
    [["en Daily stand-up", "ar اجتماع يومي"], "busy", true],
  );
});

test("a key is shown once, listed without its secret, and opens nothing once revoked", async () => {
  await page.goto("/settings/keys");
  await press("Make a key");
  const dialog = page.getByRole("dialog");
  await press("Make a key", dialog);
  assert.match(await refusal(field("What for")), /what it is for/);
  await field("What for").fill("Nightly report");
  await page.getByRole("checkbox", { name: "config:read" }).check();
  await accessible(page);
  await shot(page, "settings-key-new");
  await press("Make a key", dialog);
  const secret = await dialog.getByLabel("Secret").inputValue();
  await accessible(page);
  await shot(page, "settings-key-once");
  await press("I have copied it", dialog);

  const program = new Client(house.url, { authorization: `Bearer ${secret}` });
  await program.get("/v1/queues");
  const key = row("Nightly report");
  await key.waitFor();
  assert.ok(!(await page.content()).includes(secret), "the secret stands nowhere any more");
  await press("Revoke Nightly report", key);
  await press("Revoke", dialog);
  await key.getByText("Revoked").waitFor();
  await assert.rejects(program.get("/v1/queues"), /401/);
});

test("the link of a TV opens the wallboard without anybody signed in", async () => {
  await page.goto("/settings/keys");
  await press("TV link");
  const dialog = page.getByRole("dialog");
  await field("Which screen").fill("Hall");
  await press("Make the link", dialog);
  const address = await dialog.getByLabel("Address").inputValue();
  await accessible(page);
  await shot(page, "settings-tv-link");
  await press("I have copied it", dialog);
  const screen = await person(chromium, house.url, { path: address });
  await screen.page.getByText("Billing").first().waitFor();
  await screen.close();
});

test("a chat widget is made, and its line for websites is shown", async () => {
  await page.goto("/settings/widgets");
  await page.getByRole("link", { name: "Add chat widget" }).click();
  await field("Name").fill("Shop");
  await page.getByRole("button", { name: /^Add chat widget/ }).click();
  assert.match(await refusal(page.getByLabel("Queue")), /A queue that takes chats/);
  await choose("Queue*", "Returns");
  await field("Websites").fill("shop.example");
  await page.getByRole("button", { name: /^Add chat widget/ }).click();
  assert.match(await refusal(field("Websites")), /https:\/\/host/);
  await field("Websites").fill("https://shop.example");
  await field("Greeting").fill("Hello! How can we help?");
  await page.getByRole("button", { name: /^Add chat widget/ }).click();
  const line = page.getByLabel("Line to paste");
  await line.waitFor();
  const [widget] = (await house.admin.get("/v1/widgets")).data;
  ids.shop = widget.id;
  assert.deepEqual(
    [widget.name, widget.queue, widget.origins, widget.greeting],
    ["Shop", ids.returns, ["https://shop.example"], "Hello! How can we help?"],
  );
  const { origin } = new URL(house.url);
  assert.equal(
    await line.inputValue(),
    `<script src="${origin}/widget.js" data-widget="${ids.shop}" async></script>`,
  );
  await page.getByRole("navigation", { name: "Settings" }).getByText("Chat widgets").click();
  await row("Shop").getByText("Returns").waitFor();
});

test("who leaves a page with something unsaved is asked whether they mean it", async () => {
  await page.goto(`/settings/teams/${ids.red}`);
  await field("Name").fill("Crimson");
  await page.getByRole("navigation", { name: "Settings" }).getByText("Skills").click();
  await press("Stay here");
  assert.equal(await field("Name").inputValue(), "Crimson");
  await press("Discard");
  await page.getByRole("navigation", { name: "Settings" }).getByText("Skills").click();
  await title("Skills").waitFor();
});

test("an agent and a supervisor see the sections of their role, and are told of the others", async () => {
  const sections = async (where) =>
    (await where.getByRole("navigation", { name: "Settings" }).getByRole("link").allTextContents()).map(
      (one) => one.trim(),
    );
  const anna = await person(chromium, house.url, { login: "anna", path: "/settings/users" });
  await anna.page.getByText("This page is not for your role").waitFor();
  assert.deepEqual(await sections(anna.page), ["Your password"]);
  await accessible(anna.page);
  await shot(anna.page, "settings-agent");
  await anna.page.getByText("Your password").click();
  await title("Your password", anna.page).waitFor();
  await anna.close();

  const sam = await person(chromium, house.url, { login: "sam", path: "/settings/keys" });
  await sam.page.getByText("This page is not for your role").waitFor();
  assert.deepEqual(await sections(sam.page), [
    "Users",
    "Teams",
    "Queues",
    "Skills",
    "Reasons",
    "Your password",
  ]);
  await sam.page.getByText("Users").click();
  await row("Anna", sam.page).waitFor();
  assert.equal(await row("Bea", sam.page).count(), 0, "a supervisor sees the own teams alone");
  assert.equal(await sam.page.getByRole("link", { name: "Add user" }).count(), 0);
  for (const [path, name] of [
    [`/settings/users/${ids.anna}`, "Anna"],
    [`/settings/queues/${ids.billing}`, "Billing"],
    [`/settings/teams/${ids.red}`, "Red"],
    ["/settings/reasons/training", "Training"],
  ]) {
    await sam.page.goto(path);
    await title(name, sam.page).waitFor();
    await sam.page.getByText("Only an administrator can change this").waitFor();
    assert.ok(await field("Name", sam.page).or(sam.page.getByLabel("Name English")).isDisabled());
    await accessible(sam.page);
    await shot(sam.page, `settings-supervisor-${name.toLowerCase()}`);
  }
  await sam.close();
});

/** Every page of the settings, and what is seen on it once it has come. */
const pages = async () => [
  ["users", "/settings/users", "Technical Support"],
  ["user-add", "/settings/users/new"],
  ["user", `/settings/users/${ids.anna}`, "Spanish Language"],
  ["teams", "/settings/teams", "Sam"],
  ["team-add", "/settings/teams/new"],
  ["team", `/settings/teams/${ids.red}`, "Bert"],
  ["queues", "/settings/queues", "Returns"],
  ["queue-add", "/settings/queues/new"],
  ["queue", `/settings/queues/${ids.billing}`, "Billing"],
  ["members", `/settings/queues/${ids.billing}/members`, "Bert"],
  ["skills", "/settings/skills", "Technical Support"],
  ["reasons", "/settings/reasons", "lunch_break"],
  ["reason-add", "/settings/reasons/new"],
  ["reason", "/settings/reasons/standup"],
  ["keys", "/settings/keys", "Nightly report"],
  ["widgets", "/settings/widgets", "Shop"],
  ["widget-add", "/settings/widgets/new"],
  ["widget", `/settings/widgets/${ids.shop}`, "Shop"],
  ["account", "/settings/account"],
  ["audit", "/settings/audit", "Sales"],
  ["password", "/settings/password"],
];

// Both themes, both layouts and both languages are heard out; the rest is looked at.
for (const [name, { heard = false, ...how }] of Object.entries({
  "wide-light": { size: SIZES.wide, heard: true },
  "laptop-dark": { size: SIZES.laptop, theme: "dark" },
  "phone-dark-ar": { size: SIZES.phone, theme: "dark", locale: "ar", heard: true },
  "phone-light": { size: SIZES.phone },
})) {
  test(`every page of the settings ${heard ? "is open to all and " : ""}fits the window: ${name}`, async () => {
    const bea = await person(chromium, house.url, { login: "bea", path: "/settings/users", ...how });
    for (const [file, path, seen] of await pages()) {
      await bea.page.goto(path);
      await bea.page.locator("main h2").first().waitFor();
      if (seen) await bea.page.locator("main").getByText(seen).first().waitFor();
      await bea.page.locator("main [aria-busy=true]").first().waitFor({ state: "detached" });
      if (heard) await accessible(bea.page);
      const [wide, window] = await bea.page.evaluate(() => [
        document.scrollingElement.scrollWidth,
        innerWidth,
      ]);
      assert.ok(wide <= window, `${path} is ${wide} px wide in a window of ${window}`);
      await shot(bea.page, `settings-${file}-${name}`);
    }
    await bea.close();
  });
}

test("when as many reasons can be chosen as may be, one more is refused in words, and stays entered", async () => {
  const names = [{ locale: "en", name: "Filler" }];
  const fill = async (count) => {
    const codes = Array.from({ length: count }, (_, place) => `filler_${count}_${place}`);
    const add = (code) => house.admin.post("/v1/reasons", { code, names, class: "away" });
    return Promise.allSettled(codes.map(add));
  };
  await fill(100);
  await page.goto("/settings/reasons/new");
  await field("Name English").fill("One too many");
  await field("Code").fill("too_many");
  ada.guard.expect(/409/);
  await page.getByRole("button", { name: /^Add reason/ }).click();
  await page.getByRole("alert").getByText("There is no room for more reasons").waitFor();
  assert.equal(await field("Code").inputValue(), "too_many");
  await shot(page, "settings-reason-limit");
  await page.getByRole("switch", { name: "Can be chosen" }).uncheck();
  await page.getByRole("button", { name: /^Add reason/ }).click();
  await row("One too many").getByText("Off").waitFor();
});
