// The shop's page on a port of its own, and thus of another origin than the server's: as any website that carries
// the chat.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const FILES = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/shop.css": ["shop.css", "text/css; charset=utf-8"],
  "/shop.js": ["shop.js", "text/javascript; charset=utf-8"],
};

/** A website with one page. */
export class Shop {
  /** `http://127.0.0.1:port`, the origin that a widget has to name. */
  url;
  /** What becomes of its page before it is sent. */
  dress = (page) => page;
  #server;
  #widget = "";

  /** Opens it for a server. */
  static async open(server) {
    const shop = new Shop();
    shop.#server = createServer(async (request, response) => {
      const [name, type] = FILES[request.url] ?? [];
      if (!name) return response.writeHead(404).end();
      const text = await readFile(new URL(`../shop/${name}`, import.meta.url), "utf8");
      response.writeHead(200, { "content-type": type });
      const filled = text.replaceAll("{{SERVER}}", server).replaceAll("{{WIDGET}}", shop.#widget);
      response.end(name === "index.html" ? shop.dress(filled) : filled);
    });
    shop.#server.listen(0, "127.0.0.1");
    await once(shop.#server, "listening");
    shop.url = `http://127.0.0.1:${shop.#server.address().port}`;
    return shop;
  }

  /** The widget that its page carries from now on. */
  carries(widget) {
    this.#widget = widget;
  }

  async close() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
