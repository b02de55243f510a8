// A WebSocket server of one room, for feeding pages what no floor is large enough to say. A route of the browser's
// tools would do, but what it delivers is counted as work of the page.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Opens it; `heard` is called with what a page says and a function that answers. */
export async function feed(heard) {
  const server = createServer((_, answer) => answer.writeHead(404).end());
  const open = new Set();
  server.on("upgrade", (request, socket) => {
    const key = createHash("sha1")
      .update(request.headers["sec-websocket-key"] + MAGIC)
      .digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
    );
    open.add(socket);
    socket.on("error", () => open.delete(socket));
    socket.on("close", () => open.delete(socket));
    socket.on("data", (bytes) => {
      const said = text(bytes);
      if (said !== undefined) heard(said, (answer) => socket.write(frame(answer)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Says something to every page. */
    say: (message) => open.forEach((socket) => socket.write(frame(message))),
    close: () => {
      open.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

/** A whole text message, as a server sends it. */
function frame(message) {
  const body = Buffer.from(message);
  const head = Buffer.alloc(10);
  head[0] = 0x81;
  if (body.length < 126) {
    head[1] = body.length;
    return Buffer.concat([head.subarray(0, 2), body]);
  }
  if (body.length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(body.length, 2);
    return Buffer.concat([head.subarray(0, 4), body]);
  }
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([head, body]);
}

/** The text of a short message of a page, which comes masked; other kinds are none. */
function text(bytes) {
  if (bytes[0] !== 0x81) return undefined;
  const short = bytes[1] & 0x7f;
  const at = short === 126 ? 4 : 2;
  const length = short === 126 ? bytes.readUInt16BE(2) : short;
  const mask = bytes.subarray(at, at + 4);
  const body = bytes.subarray(at + 4, at + 4 + length);
  return Buffer.from(body.map((byte, n) => byte ^ mask[n % 4])).toString();
}
