// Pages in a real browser that are guarded: an error of the page, a line in its console or a request that
// failed ends the journey, unless it said before that this was to come.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { PASSWORD } from "./house.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SHOTS = fileURLToPath(new URL("../shots/", import.meta.url));

/** The sizes that pages are looked at. */
export const SIZES = {
  wide: { width: 1600, height: 1000 },
  laptop: { width: 1280, height: 720 },
  phone: { width: 390, height: 844 },
};

/** A browser that reaches nothing but this machine. */
export function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", // Tests may run as root.
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--force-color-profile=srgb",
      "--font-render-hinting=none",
      "--autoplay-policy=no-user-gesture-required",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
}

/** What went wrong on the pages of one context. */
class Guard {
  #wrong = [];
  #expected = [];

  watch(page) {
    const note = (what) => {
      if (!this.#expected.some((pattern) => pattern.test(what))) this.#wrong.push(what);
    };
    page.on("pageerror", (error) => note(`error: ${error.stack ?? error}`));
    page.on("console", (line) => {
      if (["error", "warning"].includes(line.type()))
        note(`console: ${line.text()} (${line.location().url})`);
    });
    page.on("requestfailed", (request) => {
      // A page that is left takes its requests with it.
      const why = request.failure()?.errorText;
      if (why !== "net::ERR_ABORTED") note(`request: ${request.method()} ${request.url()} ${why}`);
    });
  }

  /** What matches is no fault from now on: a refusal that the journey asks for, a server that is down. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  check() {
    assert.deepEqual(this.#wrong, [], "the page had faults");
  }
}

/**
 * A person with a browser of their own, signed in as `login` unless that is left out.
 * `theme` is light or dark, `locale` a language, `size` one of SIZES; `expected` is no fault of the page's.
 */
export async function person(
  browser,
  url,
  { login, size = SIZES.laptop, theme = "light", locale = "en", path = "/", expected } = {},
) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: size,
    colorScheme: theme,
    locale,
    timezoneId: "Europe/Oslo",
    reducedMotion: "reduce",
  });
  // Long enough for a machine that builds something else meanwhile; what is there is not waited for.
  context.setDefaultTimeout(30_000);
  const guard = new Guard();
  if (expected) guard.expect(expected);
  context.on("page", (page) => guard.watch(page));
  const page = await context.newPage();
  if (login) {
    const answer = await context.request.post("/v1/sessions", {
      data: { account: "acme", login, password: PASSWORD },
    });
    assert.ok(answer.ok(), await answer.text());
  }
  await page.goto(path);
  return {
    page,
    context,
    guard,
    /** Ends it, and says what went wrong. */
    async close() {
      await context.close();
      guard.check();
    },
  };
}

/** What axe finds wrong with a page for people who see, hear or move otherwise. */
export async function accessible(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  const told = violations.map(
    (one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).join(" | ")}`,
  );
  assert.deepEqual(told, [], `axe finds faults at ${page.url()}`);
}

/** Keeps a picture of the page in web/shots/, to be looked at. */
export async function shot(page, name) {
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}${name}.png`, animations: "disabled" });
}
