// The real program on a store of its own: started on a free port, ended by its pid, killed and started
// again where a journey asks for it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** The password of everybody in journeys. */
export const PASSWORD = "correct horse battery";

const PROGRAM =
  process.env.READYROOM ?? fileURLToPath(new URL("../../target/release/readyroom", import.meta.url));

/** What a password costs, and how often a stranger may ask, is measured elsewhere. */
const ENVIRONMENT = {
  READYROOM_PASSWORDS__MEMORY_KIB: "8",
  READYROOM_PASSWORDS__PASSES: "1",
  READYROOM_RATES__SIGN_INS_PER_MINUTE: "1000000",
  READYROOM_RATES__UNKNOWN_PER_MINUTE: "1000000",
  READYROOM_LOG__FILTER: "error",
};

/** A caller of the API who is signed in as somebody. A refusal is thrown, with its problem. */
export class Client {
  #url;
  #headers;

  constructor(url, headers) {
    this.#url = url;
    this.#headers = headers;
  }

  static async signIn(url, login, account = "acme") {
    const answer = await fetch(`${url}/v1/sessions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ account, login, password: PASSWORD }),
    });
    if (!answer.ok) throw new Error(`${login} cannot sign in: ${await answer.text()}`);
    const { csrf_token } = await answer.json();
    const cookie = answer.headers.get("set-cookie").split(";")[0];
    return new Client(url, { cookie, "x-csrf-token": csrf_token });
  }

  async ask(method, path, body) {
    const answer = await fetch(this.#url + path, {
      method,
      headers: { ...this.#headers, ...(body ? { "content-type": "application/json" } : {}) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    const told = text && JSON.parse(text);
    if (!answer.ok) throw Object.assign(new Error(`${method} ${path}: ${answer.status} ${text}`), told);
    return told;
  }

  get = (path) => this.ask("GET", path);
  post = (path, body = {}) => this.ask("POST", path, body);
  put = (path, body = {}) => this.ask("PUT", path, body);
  patch = (path, body = {}) => this.ask("PATCH", path, body);
  delete = (path) => this.ask("DELETE", path);
}

/** A running program, its store, and its administrator. */
export class House {
  /** Where it is, `http://127.0.0.1:port`; the same after it came again. */
  url;
  /** The administrator `ada` of the account `acme`. */
  admin;
  /** A program that speaks for clients, as a channel does. */
  channel;
  #program;
  #preview;
  #store;
  #child;
  #environment;

  /** Starts a program on a new store and sets it up. `environment` adds to what it is configured by. */
  static async open(environment = {}) {
    const house = new House();
    house.#environment = environment;
    house.#store = await mkdtemp(join(tmpdir(), "readyroom-"));
    const token = await house.#start("127.0.0.1:0");
    const person = { name: "Ada Admin", login: "ada", password: PASSWORD };
    const answer = await fetch(`${house.url}/v1/setup`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token, account: "acme", zone: "Europe/Oslo", ...person }),
    });
    if (!answer.ok) throw new Error(`it cannot be set up: ${await answer.text()}`);
    house.admin = await Client.signIn(house.url, "ada");
    const { secret } = await house.admin.post("/v1/api-keys", {
      name: "channel",
      scopes: ["work:write", "signalling"],
    });
    house.channel = new Client(house.url, { authorization: `Bearer ${secret}` });
    return house;
  }

  /** A new store that nobody has set up: the house, and the token that does it. */
  static async unset() {
    const house = new House();
    house.#store = await mkdtemp(join(tmpdir(), "readyroom-"));
    return { house, token: await house.#start("127.0.0.1:0") };
  }

  async #start(listen) {
    this.#child = spawn(PROGRAM, ["serve", "--listen", listen, "--store", this.#store], {
      env: { ...process.env, ...ENVIRONMENT, ...this.#environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: this.#child.stdout });
    const said = [];
    lines.on("line", (line) => said.push(line.trim()));
    const until = async (found) => {
      for (let tries = 0; tries < 400; tries += 1) {
        const line = said.find(found);
        if (line) return line;
        if (this.#child.exitCode !== null) break;
        await sleep(50);
      }
      throw new Error(`the program said only: ${said.join("\n")}`);
    };
    this.#program = (await until((line) => line.startsWith("readyroom listens on "))).split(" ").at(-1);
    this.url ??= process.env.PAGES_FROM_DIST ? await this.#front() : this.#program;
    return this.admin ? undefined : until((line) => /^[\w-]{20,}$/.test(line));
  }

  /** The pages as they lie in dist/, before a program that does not carry them: for work on the pages alone. */
  async #front() {
    const { preview } = await import("vite");
    const to = { target: this.#program, changeOrigin: true, ws: true, rewriteWsOrigin: true };
    const rewritten = { ...to, headers: { origin: this.#program } };
    this.#preview = await preview({ preview: { port: 0, proxy: { "/v1": rewritten } }, logLevel: "error" });
    return this.#preview.resolvedUrls.local[0].replace(/\/$/, "");
  }

  /** Ends it as a failing machine would. */
  async kill() {
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  /** Starts it again on its store and its port. */
  async again() {
    await this.#start(new URL(this.#program).host);
  }

  /** Ends it as an operator would, and takes its store away. */
  async close() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGTERM");
      await once(this.#child, "exit");
    }
    await this.#preview?.close();
    await rm(this.#store, { recursive: true, force: true });
  }

  /** Adds somebody who can sign in; their id. `more` is the rest of the body of POST /v1/users. */
  async user(login, more = {}) {
    const name = login[0].toUpperCase() + login.slice(1);
    return (await this.admin.post("/v1/users", { login, name, password: PASSWORD, ...more })).id;
  }

  /** Adds a queue; its id. */
  async queue(name, more = {}) {
    return (await this.admin.post("/v1/queues", { name, channels: ["chat"], ...more })).id;
  }

  /** A client arrives in a queue with a first message; the conversation's id. */
  async arrival(queue, client, text) {
    const { id } = await this.channel.post("/v1/conversations", { queue, channel: "chat", client });
    if (text) await this.says(id, text);
    return id;
  }

  /** The client of a conversation writes. */
  async says(conversation, text) {
    await this.channel.post(`/v1/conversations/${conversation}/messages`, { author: "client", text });
  }
}
