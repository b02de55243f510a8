// A server in a few lines that answers a widget as docs/console.md says, and a shop on another origin that carries it.
// It stands in for the real one, so that a browser can be shown what is hard to arrange: a line that breaks, an agent
// who is passed on to, a visitor who is blocked. The journey through the real server is tested elsewhere.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const SHOP = fileURLToPath(new URL("../../shop/", import.meta.url));
const TYPES: { readonly [ending: string]: string } = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
};

interface Said {
  readonly id: string;
  readonly author: "client" | "agent";
  readonly name?: string;
  readonly text: string;
  readonly at: string;
}

export class Desk {
  readonly widget = "wg_shop";
  looks = {
    name: "Northlight",
    greeting: "Good evening! Ask us anything about lamps, orders or repairs.",
    color: "#1d4b47",
  };
  standing: { stage: string; place?: number; agent?: string } = { stage: "none" };
  messages: Said[] = [];
  /** Every word that arrived, with its key, also those that were refused. */
  asked: {
    readonly path: string;
    readonly key: string | undefined;
    readonly body: Record<string, unknown>;
  }[] = [];
  /** Answers that are given instead of the true ones. */
  instead:
    ((path: string) => { status: number; code: string; retry?: number } | "hang up" | undefined) | undefined;
  refusesStreams = false;
  /** Whether the shop is among the widget's origins; to others a browser hides every answer. */
  admits = true;
  readonly #done = new Map<string, string>();
  readonly #streams = new Set<Socket>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #shop: Server;
  readonly #script: string;
  /** What is written in the shop's page before it is sent. */
  dress = (page: string): string => page;

  private constructor(script: string) {
    this.#script = script;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on("upgrade", (request: IncomingMessage, socket: Socket) => this.#stream(request, socket));
    this.#server.on("connection", (socket) => this.#sockets.add(socket));
    this.#shop = createServer((request, response) => void this.#sell(request, response));
  }

  static async open(script: string): Promise<Desk> {
    const desk = new Desk(script);
    for (const server of [desk.#server, desk.#shop])
      await new Promise<void>((open) => server.listen(0, "127.0.0.1", open));
    return desk;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of [this.#server, this.#shop]) (server.close(), server.closeAllConnections());
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get shop(): string {
    return `http://127.0.0.1:${(this.#shop.address() as AddressInfo).port}`;
  }

  get streams(): number {
    return this.#streams.size;
  }

  stand(standing: Desk["standing"]): void {
    this.standing = standing;
    this.#tell({ type: "state", ...standing });
  }

  say(text: string, name = "Anna", at = new Date()): void {
    this.#record({ id: `ms_${this.messages.length + 1}`, author: "agent", name, text, at: at.toISOString() });
  }

  /** As a cable that is pulled. */
  cut(): void {
    for (const socket of this.#streams) socket.destroy();
  }

  #record(said: Said): void {
    this.messages.push(said);
    this.#tell({ type: "message", ...said });
  }

  #tell(frame: object, to: Iterable<Socket> = this.#streams): void {
    const text = Buffer.from(JSON.stringify(frame));
    const head =
      text.length < 126
        ? Buffer.from([0x81, text.length])
        : Buffer.from([0x81, 126, text.length >> 8, text.length & 255]);
    for (const socket of to) socket.write(Buffer.concat([head, text]));
  }

  #stream(request: IncomingMessage, socket: Socket): void {
    const instead = this.refusesStreams || this.instead?.("GET /stream");
    const [protocol] = (request.headers["sec-websocket-protocol"] ?? "").split(", ");
    if (instead || request.headers.origin !== this.shop || protocol !== "readyroom.chat") {
      socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      return;
    }
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: ${protocol}\r\n\r\n`,
    );
    this.#streams.add(socket);
    const beat = setInterval(
      () => this.#tell({ type: "heartbeat", server_time: new Date().toISOString() }),
      10_000,
    );
    socket.on("data", (data) => ((data[0] ?? 0) & 15) === 8 && socket.end());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearInterval(beat);
      this.#streams.delete(socket);
    });
    this.#tell({ type: "state", ...this.standing }, [socket]);
    for (const said of this.messages) this.#tell({ type: "message", ...said }, [socket]);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === "/widget.js")
      return void response.setHeader("content-type", "text/javascript").end(this.#script);
    if (this.admits) response.setHeader("access-control-allow-origin", this.shop);
    response.setHeader("access-control-allow-headers", "authorization, content-type, idempotency-key");
    response.setHeader("access-control-expose-headers", "retry-after");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    let text = "";
    for await (const part of request) text += part;
    const path = `${request.method} ${request.url?.replace(`/v1/chat/${this.widget}`, "")}`;
    const [key, body] = [request.headers["idempotency-key"] as string | undefined, JSON.parse(text || "{}")];
    this.asked.push({ path, key, body });
    const instead = this.instead?.(path);
    if (instead === "hang up") return void request.socket.destroy();
    if (instead) {
      if (instead.retry) response.setHeader("retry-after", String(instead.retry));
      response.setHeader("content-type", "application/problem+json");
      return void response
        .writeHead(instead.status)
        .end(JSON.stringify({ code: instead.code, status: instead.status }));
    }
    const answer = (key && this.#done.get(key)) ?? JSON.stringify(this.#do(path, body as { text?: string }));
    if (key) this.#done.set(key, answer);
    response.setHeader("content-type", "application/json").end(answer);
  }

  #do(path: string, { text }: { text?: string }): unknown {
    switch (path) {
      case "GET ":
        return this.looks;
      case "POST /visits":
        return { token: "vt_0123456789" };
      case "GET /visit":
        return { ...this.standing, messages: this.messages };
      case "POST /messages": {
        const id = `ms_${this.messages.length + 1}`;
        this.#record({ id, author: "client", text: text ?? "", at: new Date().toISOString() });
        if (this.standing.stage === "none" || this.standing.stage === "ended")
          this.stand({ stage: "waiting", place: 2 });
        return this.messages.at(-1);
      }
      case "POST /end":
        this.stand({ stage: "ended" });
        return {};
      default:
        return {};
    }
  }

  async #sell(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "/").split(/[?#]/)[0];
    const name = path === "/" ? "index.html" : (path?.slice(1) ?? "");
    if (!/^[a-z]+\.(html|css|js)$/.test(name)) return void response.writeHead(404).end();
    let text = await readFile(SHOP + name, "utf8");
    if (name.endsWith(".html"))
      text = this.dress(text.replaceAll("{{SERVER}}", this.address).replaceAll("{{WIDGET}}", this.widget));
    response.setHeader("content-type", `${TYPES[extname(name)]}; charset=utf-8`).end(text);
  }
}
