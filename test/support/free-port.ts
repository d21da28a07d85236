import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that a system gives to whoever asks for any, as tests in another process do meanwhile. */
const PORTS = { first: 20_000, count: 10_000 };
let last = randomInt(PORTS.count);

/** A port of 127.0.0.1 on which nothing listens. */
export async function freePort(): Promise<number> {
  last = (last + 1) % PORTS.count;
  const port = PORTS.first + last;
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return await freePort();
  }
  server.close();
  await once(server, "close");
  return port;
}
