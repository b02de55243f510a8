// The widget in a shop, in Chromium, before a stand-in for the server (see desk.ts).

import axe from "axe-core";
import { mkdirSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, type Page, chromium } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Desk } from "./desk";

const pictures = process.env["LOOK"];
const SIZES = {
  wide: { width: 1600, height: 1000 },
  laptop: { width: 1280, height: 720 },
  phone: { width: 390, height: 844 },
};

let script: string;
let browser: Browser;
let context: BrowserContext;
let desk: Desk;
/** What a page should not have said. A line that is cut on purpose is expected to be complained of. */
let complaints: string[];
let expected: RegExp | undefined;

beforeAll(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  process.env["CONSOLE_OUT_DIR"] = await mkdtemp(join(tmpdir(), "widget-"));
  await build({ configFile: new URL("../vite.config.ts", import.meta.url).pathname, logLevel: "error" });
  script = await readFile(join(process.env["CONSOLE_OUT_DIR"], "widget.js"), "utf8");
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--force-color-profile=srgb",
      "--font-render-hinting=none",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
});
afterAll(() => browser?.close());
beforeEach(async () => {
  desk = await Desk.open(script);
  [complaints, expected] = [[], undefined];
});
afterEach(async () => {
  await context?.close();
  desk.close();
  expect(complaints.filter((complaint) => !expected?.test(complaint))).toEqual([]);
});

type Options = Parameters<Browser["newContext"]>[0];

async function visit(options: Options = {}): Promise<Page> {
  context = await browser.newContext({ viewport: SIZES.laptop, locale: "en-GB", ...options });
  return another();
}

async function another(): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on(
    "console",
    (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()),
  );
  page.on("requestfailed", (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
  page.on(
    "request",
    (request) =>
      [desk.shop, desk.address].some((own) => request.url().startsWith(own)) ||
      request.url().startsWith("data:") ||
      complaints.push(`asks ${request.url()}`),
  );
  await page.goto(desk.shop);
  await launcher(page).waitFor();
  return page;
}

const launcher = (page: Page) => page.locator("readyroom-chat .launcher");
const panel = (page: Page) => page.locator("readyroom-chat .panel");
const field = (page: Page) => page.getByRole("textbox", { name: /Write a message|اكتب رسالة/ });
const bubbles = (page: Page) => page.locator("readyroom-chat .bubble").allInnerTexts();
const picture = async (page: Page, name: string) => {
  if (pictures)
    await page.waitForTimeout(350).then(() => page.screenshot({ path: join(pictures, `${name}.png`) }));
};

async function write(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

/** A thread of some length, as a visitor comes back to it. */
function converse(): void {
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  desk.messages.push({
    id: "ms_0",
    author: "client",
    text: "Hello, my Alba lamp arrived with a flickering dimmer.",
    at: ago(9).toISOString(),
  });
  desk.say("Good evening! I am sorry about that – let me look.", "Anna", ago(8));
  desk.say(
    "Is it order NL-20418? The dimmer is a part we can send you: https://northlight.example/parts/alba-dimmer.",
    "Anna",
    ago(8),
  );
  desk.messages.push({ id: "ms_9", author: "client", text: "Yes, that one.", at: ago(2).toISOString() });
  desk.messages.push({
    id: "ms_10",
    author: "client",
    text: "Can I put it in myself?",
    at: ago(2).toISOString(),
  });
  desk.say("You can. Four screws, ten minutes.", "Anna", ago(1));
  desk.standing = { stage: "active", agent: "Anna" };
}

async function returning(page: Page): Promise<void> {
  await page.evaluate(() =>
    localStorage.setItem("readyroom:wg_shop", JSON.stringify({ token: "vt_0123456789", unasked: true })),
  );
  await page.reload();
  await launcher(page).waitFor();
}

async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    } as never);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${JSON.stringify(target)} ${failureSummary}`),
    );
  });
}

describe("a visit", () => {
  it("goes from the greeting through the line to an agent, an end, and a new beginning", async () => {
    const page = await visit();
    await launcher(page).click();
    await page.getByText("Good evening! Ask us anything").waitFor();
    expect(desk.asked.map(({ path }) => path)).toEqual(["GET "]);
    await picture(page, "1-greeting");
    await page.getByLabel("Name").fill("Olga");
    await page.getByLabel("Email").fill("olga@");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("This does not look like an email address.").waitFor();
    await page.getByLabel("Email").fill("olga@example.com");
    await page.getByRole("button", { name: "Save" }).click();
    await write(page, "Hello, does Reed come with a longer cable?");
    await page.getByText("You are number 2 in line").first().waitFor();
    expect(desk.asked.find(({ path }) => path === "POST /visits")?.body).toEqual({
      name: "Olga",
      email: "olga@example.com",
    });
    await picture(page, "2-in-line");
    desk.stand({ stage: "waiting", place: 1 });
    await page.getByText("You are number 1 in line").first().waitFor();
    desk.stand({ stage: "active", agent: "Anna" });
    desk.say("Hi Olga, yes: two or four metres.");
    await page.getByText("Hi Olga").first().waitFor();
    await picture(page, "3-connected");
    desk.stand({ stage: "active", agent: "Ben" });
    await page.locator(".line.transferred").waitFor();
    await page.getByRole("button", { name: "End chat" }).click();
    await picture(page, "4-end");
    await page.keyboard.press("Escape");
    await page.getByRole("alertdialog").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "End chat" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End chat" }).click();
    await page.getByRole("button", { name: "Start a new chat" }).waitFor();
    await picture(page, "5-ended");
    await page.getByRole("button", { name: "Start a new chat" }).click();
    await write(page, "One more thing");
    await page.getByText("You are number 2 in line").first().waitFor();
    expect(desk.asked.filter(({ path }) => path === "POST /visits")).toHaveLength(1);
  });

  it("survives that the page is loaded again, and is the same in two tabs", async () => {
    const page = await visit();
    await launcher(page).click();
    await write(page, "Are you there?");
    await page.locator(".said:not(.pending) .bubble").waitFor();
    desk.stand({ stage: "active", agent: "Anna" });
    desk.say("I am.");
    await page.getByText("I am.").first().waitFor();
    await page.reload();
    await panel(page).waitFor();
    await expect.poll(() => bubbles(page)).toEqual(["Are you there?", "I am."]);
    const other = await another();
    await launcher(other).click();
    await expect.poll(() => bubbles(other)).toEqual(["Are you there?", "I am."]);
    await write(other, "From the other tab");
    for (const tab of [page, other])
      await expect.poll(() => bubbles(tab)).toEqual(["Are you there?", "I am.", "From the other tab"]);
  });

  it("counts what came while the panel was closed, on the button and in the title", async () => {
    const page = await visit();
    await launcher(page).click();
    await write(page, "Hello");
    await page.locator(".said:not(.pending) .bubble").waitFor();
    await page.keyboard.press("Escape");
    await panel(page).waitFor({ state: "hidden" });
    expect(
      await page.evaluate(
        () => document.querySelector("readyroom-chat")?.shadowRoot?.activeElement?.className,
      ),
    ).toBe("launcher");
    desk.stand({ stage: "active", agent: "Anna" });
    for (const text of ["One", "Two"]) desk.say(text);
    await page.getByRole("button", { name: "Open the chat, new messages: 2" }).waitFor();
    expect(await page.title()).toMatch(/^\(2\) Northlight/);
    await picture(page, "6-unread");
    await launcher(page).click();
    await expect.poll(() => page.title()).toMatch(/^Northlight/);
  });
});

describe("when something goes wrong", () => {
  it("says that the line is lost, keeps what is written, and goes on by itself", async () => {
    expected = /ERR_|WebSocket|Failed to load/;
    const page = await visit();
    await launcher(page).click();
    await write(page, "Hello");
    await page.locator(".said:not(.pending) .bubble").waitFor();
    desk.instead = () => "hang up";
    desk.cut();
    await page.locator(".lost").getByText("Connection lost").waitFor();
    await write(page, "While it was away");
    await page.locator(".failed").getByText("Not sent").waitFor({ timeout: 30_000 });
    await picture(page, "7-lost");
    desk.instead = undefined;
    await page.getByRole("button", { name: "Try now" }).click();
    await expect.poll(() => bubbles(page)).toEqual(["Hello", "While it was away"]);
    await page.locator(".lost").waitFor({ state: "hidden" });
    await page.locator(".failed").waitFor({ state: "detached" });
    const keys = desk.asked.filter(({ body }) => body["text"] === "While it was away").map(({ key }) => key);
    expect([keys.length > 1, new Set(keys).size]).toEqual([true, 1]);
  });

  it("works without a stream", async () => {
    expected = /WebSocket/;
    const page = await visit();
    desk.refusesStreams = true;
    await launcher(page).click();
    await write(page, "Hello");
    await page.getByText("You are number 2 in line").first().waitFor();
    desk.stand({ stage: "active", agent: "Anna" });
    desk.say("Found you.");
    await page.getByText("Found you.").first().waitFor({ timeout: 10_000 });
    expect(await page.locator(".lost").isVisible()).toBe(false);
  });

  it("says so to a page that may not carry it", async () => {
    expected = /Failed to load|Readyroom:|CORS|ERR_/;
    desk.admits = false;
    const page = await visit();
    await launcher(page).click();
    await page.getByText("This chat is not available on this website.").waitFor();
    await picture(page, "8-origin");
    expect(await field(page).isVisible()).toBe(false);
    expect(
      complaints.filter((complaint) => complaint.includes("is not among the widget's origins")),
    ).toHaveLength(1);
  });

  it("counts down for one who writes too much, and says so to one who is blocked", async () => {
    expected = /Failed to load/;
    const page = await visit();
    await launcher(page).click();
    let once = true;
    desk.instead = (path) =>
      path === "POST /messages" && once
        ? ((once = false), { status: 429, code: "too_often", retry: 3 })
        : undefined;
    await write(page, "Fast");
    await page.getByText(/That was a lot at once. Going on in 3 s/).waitFor();
    await picture(page, "9-too-often");
    await page.getByText("You are number 2 in line").first().waitFor();
    expect(await page.getByText("That was a lot at once").isVisible()).toBe(false);
    desk.instead = (path) => (path === "POST /messages" ? { status: 403, code: "blocked" } : undefined);
    await write(page, "Rude");
    await page.getByText("We cannot take messages from you here.").waitFor();
    await picture(page, "10-blocked");
  });

  it("refuses a hundred thousand characters with a sentence", async () => {
    const page = await visit({ permissions: ["clipboard-read", "clipboard-write"] });
    await launcher(page).click();
    await field(page).fill("Before");
    await page.evaluate(() => navigator.clipboard.writeText("x".repeat(100_000)));
    await field(page).focus();
    await page.keyboard.press("Control+V");
    await page
      .getByText("That text has 100,000 characters; a message holds 4,000. Nothing was pasted.")
      .waitFor();
    expect(await field(page).inputValue()).toBe("Before");
    await picture(page, "11-paste");
    await field(page).fill("x".repeat(4_012));
    await page.getByText("12 characters too many").waitFor();
    await field(page).press("Enter");
    expect(desk.asked.map(({ path }) => path)).toEqual(["GET "]);
  });
});

describe("a page that is not ours", () => {
  it("cannot break it, and is not broken by it", async () => {
    desk.dress = (page) =>
      page
        .replace(
          "</head>",
          `<style>*{color:red!important;font:900 40px serif!important;display:inline!important}readyroom-chat{display:none!important;opacity:0!important;transform:rotate(9deg)!important;filter:blur(9px)!important}html{font-size:40px}</style></head>`,
        )
        .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");
    const page = await visit();
    const globals = await page.evaluate(() =>
      Object.keys(window).filter((name) => /ready|widget|chat/i.test(name)),
    );
    expect(globals).toEqual(["Readyroom"]);
    await launcher(page).click();
    expect(await panel(page).boundingBox()).toMatchObject({ width: 380, height: 600 });
    expect(await field(page).evaluate((field) => getComputedStyle(field).fontSize)).toBe("14px");
    expect(await page.locator("readyroom-chat").evaluate((host) => getComputedStyle(host).opacity)).toBe("1");
  });

  it("hears nothing of what is typed, and text stays text", async () => {
    const page = await visit();
    await page.evaluate(() => document.addEventListener("keydown", ({ key }) => (document.title += key)));
    const before = await page.title();
    await launcher(page).click();
    await write(page, "/ <img src=x onerror=alert(1)> https://a.example/\u202egpj.exe <b>b</b>");
    await page.locator(".said:not(.pending) .bubble").waitFor();
    expect(await page.title()).toBe(before);
    expect(
      await page
        .locator("readyroom-chat .text *")
        .evaluateAll((inside) => inside.map(({ outerHTML }) => outerHTML)),
    ).toEqual([
      '<a href="https://a.example/" target="_blank" rel="noopener noreferrer nofollow" title="https://a.example/">https://a.example/</a>',
    ]);
  });

  it("may open it, say who comes, and listen", async () => {
    const page = await visit();
    const heard = await page.evaluate(async () => {
      const heard: unknown[] = [];
      const { Readyroom } = window as unknown as {
        Readyroom: {
          open(): void;
          close(): void;
          identify(who: object): void;
          on(name: string, heard: (told: unknown) => void): () => void;
        };
      };
      for (const name of ["open", "close"]) Readyroom.on(name, () => heard.push(name));
      Readyroom.on("open", () => {
        throw new Error("the page's own");
      })();
      Readyroom.identify({ name: "Olga" });
      Readyroom.open();
      Readyroom.open();
      Readyroom.close();
      return heard;
    });
    expect(heard).toEqual(["open", "close"]);
    await launcher(page).click();
    expect(await page.getByLabel("Name").isVisible()).toBe(false);
  });
});

describe("by keyboard", () => {
  it("everything can be reached, and a composed word is not sent", async () => {
    const page = await visit();
    await launcher(page).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    await field(page).evaluate((field) =>
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true })),
    );
    expect(await field(page).inputValue()).toBe("one\ntwo");
    await page.keyboard.press("Enter");
    await expect.poll(() => bubbles(page)).toEqual(["one\ntwo"]);
  });

  it("the focus stays in the panel on a phone", async () => {
    const page = await visit({ viewport: SIZES.phone, hasTouch: true, isMobile: true });
    await launcher(page).tap();
    const inside = () =>
      page.evaluate(
        () => document.querySelector("readyroom-chat")?.shadowRoot?.activeElement?.closest(".panel") !== null,
      );
    for (let press = 0; press < 12; press += 1) {
      await page.keyboard.press(press < 6 ? "Tab" : "Shift+Tab");
      expect(await inside()).toBe(true);
    }
    expect(await panel(page).boundingBox()).toMatchObject({ x: 0, y: 0, width: 390, height: 844 });
  });
});

describe("to look at", () => {
  const themes = ["light", "dark"] as const;
  it.each(
    Object.keys(SIZES).flatMap((size) => themes.map((theme) => [size as keyof typeof SIZES, theme] as const)),
  )("the shop and the chat, %s, %s", async (size, theme) => {
    converse();
    const phone = size === "phone";
    const page = await visit({
      viewport: SIZES[size],
      colorScheme: theme,
      ...(phone ? { hasTouch: true, isMobile: true, deviceScaleFactor: 2 } : {}),
    });
    await returning(page);
    await picture(page, `shop-${size}-${theme}-closed`);
    expect(await faults(page)).toEqual([]);
    await launcher(page).click();
    await page.getByText("Four screws").first().waitFor();
    await picture(page, `shop-${size}-${theme}-open`);
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    if (pictures && size !== "laptop") {
      await page.keyboard.press("Escape");
      await page.screenshot({ path: join(pictures, `shop-${size}-${theme}-whole.png`), fullPage: true });
    }
  });

  it.each([
    ["laptop", "light"],
    ["phone", "dark"],
  ] as const)("in Arabic, %s, %s", async (size, theme) => {
    converse();
    desk.looks = { name: "نورثلايت", greeting: "مساء الخير! اسألنا عن المصابيح والطلبات.", color: "#c2410c" };
    desk.messages = desk.messages.map((said) => ({
      ...said,
      ...(said.author === "agent" ? { name: "ليلى" } : {}),
      text: said.text.startsWith("Is it")
        ? "هل هو الطلب NL-20418؟ هذه القطعة: https://northlight.example/parts/alba."
        : said.text.startsWith("Yes")
          ? "نعم، هذا هو."
          : said.text,
    }));
    desk.standing = { stage: "active", agent: "ليلى" };
    desk.dress = (page) => page.replace("async></script>", 'data-lang="ar" async></script>');
    const page = await visit({ viewport: SIZES[size], colorScheme: theme });
    await returning(page);
    await launcher(page).click();
    await page.locator(".bubble").first().waitFor();
    await picture(page, `arabic-${size}-${theme}`);
    expect(await faults(page)).toEqual([]);
  });

  it("a phone that greets", async () => {
    const page = await visit({
      viewport: SIZES.phone,
      hasTouch: true,
      isMobile: true,
      deviceScaleFactor: 2,
      colorScheme: "dark",
    });
    await launcher(page).tap();
    await page.getByText("Good evening").waitFor();
    await picture(page, "phone-greeting");
    expect(await faults(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 480 });
    await picture(page, "phone-keyboard");
  });
});
