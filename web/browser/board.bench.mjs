// How the supervisor's page bears a floor of five thousand agents who change two thousand times a second. The feed is
// made for measuring: its rows have the shape and the size of real ones, and no floor behind them. After a build:
// node browser/board.bench.mjs [agents] [changes a second] [seconds]
//
// Prints a line of JSON for each figure, beside its budget, as the other measurements do.

import { preview } from "vite";
import { feed } from "./feed.mjs";
import { browser, SIZES } from "./page.mjs";

const [agents = 5_000, rate = 2_000, seconds = 10] = process.argv.slice(2).map(Number);

/** A server sends at most so often. */
const FRAME_MS = 50;

const BUDGET = { frameMs: 20, mainThread: 0.25, heapMb: 15, elements: 500 };

const BUCKETS = ["ready", "ring", "incall", "wrapup", "paused", "extcall", "unreachable", "offline", "idle"];
const QUEUES = 12;
const letters = "0123456789abcdefghjkmnpqrstvwxyz";
const id = (kind, n) => {
  let tail = "";
  for (let rest = n, i = 0; i < 6; i++, rest = Math.floor(rest / 32)) tail = letters[rest % 32] + tail;
  return `${kind}_01m7wvth4emzr4tvkw0m${tail}`;
};
const dice = (() => {
  let state = 42;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
})();

const allowed = (on) => {
  const actions = on
    ? [
        "log_out",
        "available_out_only",
        "not_ready",
        "on_break",
        "requeue",
        "end_conversation",
        "start_wrap_up",
      ]
    : ["log_in"];
  return { self: actions, supervisor: actions };
};

/** A row as the server writes it. */
function row(n, position) {
  const bucket = BUCKETS[dice(BUCKETS.length)];
  const on = bucket !== "offline";
  const since = new Date(Date.now() - dice(900_000)).toISOString();
  const chats = bucket === "incall" ? 1 + dice(5) : 0;
  return {
    id: id("us", n),
    position,
    name: `${["Lena", "Kwame", "Tomás", "Amara", "Yuki", "Priya"][n % 6]} ${["Fischer", "Mensah", "Novák", "Okafor", "Tanaka"][n % 5]} ${n}`,
    login: `agent${n}`,
    teams: [id("tm", n % 40)],
    skills: [0, 1, 2].map((k) => ({
      skill: id("sk", (n + k) % 9),
      name: `Skill ${(n + k) % 9}`,
      level: 1 + (n % 5),
    })),
    active: true,
    bucket,
    bucket_since: since,
    subject: chats ? id("cv", n) : null,
    desk: !on ? "offline" : bucket === "ready" ? "available" : bucket === "paused" ? "away" : "busy",
    aux: bucket === "paused" ? { aux: "reason", reason: "lunch_break" } : null,
    supervisor: bucket === "ready" ? "available" : bucket === "incall" ? "connected" : "absent",
    widget: on ? { status: "active" } : { status: "offline" },
    widget_shows_counts: on,
    widget_since: since,
    queues: [0, 1, 2].map((k) => ({
      queue: id("q", (n + k) % QUEUES),
      state: bucket === "ready" ? "READY" : "NOT_READY",
      reason: null,
      logged_in: true,
      ready: true,
      locked: false,
      mode: "static",
      tier_level: 0,
      position: 0,
      delay_sec: 0,
      allowed: { self: ["queue_log_out"], supervisor: ["queue_log_out", "queue_not_ready"] },
    })),
    status: on ? "available" : "offline",
    status_since: since,
    reason: bucket === "paused" ? "lunch_break" : null,
    out_only: false,
    leaving: null,
    threads: chats,
    chats,
    awaiting_agent: dice(2),
    parked: 0,
    offers: 0,
    misses: 0,
    slots_used: chats,
    slots: 5,
    handled: dice(40),
    held: false,
    offer: null,
    wrap_up: null,
    idle_since: since,
    logged_in_at: since,
    logged_out_at: null,
    channels: ["voice", "chat"],
    dead_channels: [],
    available_in_no_queue: false,
    allowed: allowed(on),
  };
}

function queueRow(n, position) {
  const counts = Object.fromEntries(BUCKETS.map((bucket) => [bucket, dice(90)]));
  const more = { channels: ["chat"], waiting: dice(9), offered: 2, active: 40, members: 900, ready: 20 };
  return { id: id("q", n), position, name: `Queue ${n}`, number: String(8000 + n), agents: counts, ...more };
}

const json = (body) => ({ contentType: "application/json", body: JSON.stringify(body) });
let at = 1;
const stream = await feed((said, answer) => {
  if (!JSON.parse(said).subscribe) return;
  for (let from = 0; from < agents; from += 500) {
    const some = Array.from({ length: Math.min(500, agents - from) }, (_, k) => row(from + k, at));
    const queues = from === 0 ? Array.from({ length: QUEUES }, (_, n) => queueRow(n, at)) : [];
    const more = from + 500 < agents;
    const told = { type: "snapshot", at, server_time: new Date().toISOString(), viewer: "supervisor" };
    answer(JSON.stringify({ ...told, agents: some, queues, more }));
  }
});
const proxy = { "/v1": { target: stream.url, ws: true } };
const server = await preview({ preview: { port: 0, proxy }, logLevel: "error" });
const chromium = await browser();
const context = await chromium.newContext({ viewport: SIZES.wide });
context.setDefaultTimeout(120_000);
// Pages ask who is signed in only where somebody was.
const [url] = server.resolvedUrls.local;
await context.addCookies([{ name: "readyroom_here", value: "1", url }]);
const page = await context.newPage();
page.on("pageerror", (error) => console.error(error));

const user = { id: id("us", 1), name: "Nora Lindqvist", login: "nora", role: "manager" };
const session = {
  user,
  account: { id: "ac_1", name: "acme" },
  csrf_token: "x",
  expires_at: "2099-01-01T00:00:00Z",
};
await page.route("**/v1/**", (route) =>
  route.fulfill(json(route.request().url().includes("sessions") ? session : { data: [], position: 1 })),
);

await page.goto(`${url}supervisor`);
await page.locator("tbody tr[aria-rowindex]").first().waitFor();
await page.waitForTimeout(2_000);

const cdp = await context.newCDPSession(page);
// Time of the processor, not of the clock on the wall: others may work on this machine.
await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
const busy = async () => {
  const { metrics } = await cdp.send("Performance.getMetrics");
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  return {
    all: of("TaskDuration"),
    script: of("ScriptDuration"),
    style: of("RecalcStyleDuration"),
    layout: of("LayoutDuration"),
    at: performance.now() / 1000,
  };
};
const frames = () =>
  page.evaluate(() => {
    globalThis.frames_ms = [];
    let last = performance.now();
    const tick = (now) => {
      globalThis.frames_ms.push(now - last);
      last = now;
      globalThis.frames_id = requestAnimationFrame(tick);
    };
    globalThis.frames_id = requestAnimationFrame(tick);
  });
const counted = () =>
  page.evaluate(() => {
    cancelAnimationFrame(globalThis.frames_id);
    const ms = globalThis.frames_ms.slice(1).sort((one, other) => one - other);
    return {
      p50: ms[Math.floor(ms.length / 2)],
      p95: ms[Math.floor(ms.length * 0.95)],
      worst: ms.at(-1),
      count: ms.length,
    };
  });

// What the machine and the browser cost by themselves, with the page at rest.
await frames();
const restBefore = await busy();
await page.waitForTimeout(3_000);
const restAfter = await busy();
const rest = await counted();

// The frames are written before, so that writing them takes nothing from the browser's share of the machine.
const each = Math.round((rate * FRAME_MS) / 1000);
const written = Array.from({ length: Math.ceil((seconds * 1000) / FRAME_MS) }, () => {
  at += each;
  const put = Array.from({ length: each }, () => ({ agent: row(dice(agents), at) }));
  put.push({ queue: queueRow(dice(QUEUES), at) });
  return JSON.stringify({ type: "frame", at, put });
});
await frames();
const before = await busy();
const began = performance.now();
for (const [n, frame] of written.entries()) {
  const wait = began + n * FRAME_MS - performance.now();
  if (wait > 0) await new Promise((wake) => setTimeout(wake, wait));
  stream.say(frame);
}
const after = await busy();
const live = await counted();
const took = (performance.now() - began) / 1000;

const elements = await page.evaluate(() => document.querySelectorAll("table *").length);
await cdp.send("HeapProfiler.enable");
await cdp.send("HeapProfiler.collectGarbage");
await page.waitForTimeout(500);
await cdp.send("HeapProfiler.collectGarbage");
const { usedSize } = await cdp.send("Runtime.getHeapUsage");

await chromium.close();
stream.close();
await server.close();

const share = (from, to, of) => (100 * (to[of] - from[of])) / (to.at - from.at);
const round = (value) => Number(value.toPrecision(4));
function figure(name, value, unit, beside, besideValue) {
  const more = { beside, beside_value: round(besideValue), ratio: round(value / besideValue) };
  console.log(JSON.stringify({ name: `page_${name}`, value: round(value), unit, n: live.count, ...more }));
}
const changes = (written.length * each) / took;
figure("changes", changes, "per second", "asked for", rate);
figure("frame_p50", live.p50, "ms", "the page at rest", rest.p50);
figure("frame_p95", live.p95, "ms", "budget", BUDGET.frameMs);
figure("main_thread", share(before, after, "all"), "% of a core", "budget", 100 * BUDGET.mainThread);
figure(
  "main_thread_at_rest",
  share(restBefore, restAfter, "all"),
  "% of a core",
  "budget",
  100 * BUDGET.mainThread,
);
for (const part of ["script", "style", "layout"]) {
  figure(part, share(before, after, part), "% of a core", "the main thread", share(before, after, "all"));
}
figure("heap", usedSize / 1e6, "MB", "budget", BUDGET.heapMb);
figure("table_elements", elements, "elements", "budget", BUDGET.elements);
