/**
 * Flow control for the Kubernetes client's web sockets. The client takes all that comes, whether or not anybody reads it,
 * and sends all that it is given, whether or not the other side takes it: without this, a large stream is held in memory.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Transform, Writable } from "node:stream";

/** What is used of a web socket of the package `ws`. */
export interface PacedSocket {
  /** Bytes that are yet to be sent. */
  readonly bufferedAmount: number;
  pause(): void;
  resume(): void;
}

/** Bytes that may wait to be sent. */
const WAITING = 4 * 1024 * 1024;

/** Passes on what comes from a web socket, which waits while the reader does not keep up. */
export function pacedReader(reader: Writable, socket: () => PacedSocket | undefined): Writable {
  let waits = false;
  const paced = new Writable({
    write: (chunk: Buffer, _, done) => {
      if (!reader.write(chunk) && !waits) {
        waits = true;
        socket()?.pause();
        reader.once("drain", () => {
          waits = false;
          socket()?.resume();
        });
      }
      // At once: what has come stays in the reader's own buffer until the socket has stopped.
      done();
    },
    final: (done) => {
      reader.end(done);
    },
  });
  reader.once("error", (error) => paced.destroy(error));
  return paced;
}

/** Passes on what goes to a web socket, as fast as that sends it. */
export function pacedSender(socket: () => PacedSocket | undefined): Transform {
  return new Transform({
    transform: (chunk: Buffer, _, done) => {
      void (async () => {
        while ((socket()?.bufferedAmount ?? 0) > WAITING) await delay(5);
        done(null, chunk);
      })();
    },
  });
}
