import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { type WebSocket, WebSocketServer } from "ws";
import { askPod, execInPod } from "../../../../tooling/live/streams/exec";

const PLACE = { namespace: "lab", pod: "mlflow-postgres-0", container: "postgres" };
const [STDIN, STDOUT, STDERR, STATUS] = [0, 1, 2, 3];
const SUCCESS = { status: "Success" };

const frame = (stream: number, data: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from([stream]), Buffer.from(data)]);

describe("live: programs in pods", function () {
  this.timeout(180_000);
  let api: Server;
  let sockets: WebSocketServer;
  let asked: string[];
  /** Until then the program reads nothing. */
  let gate: Promise<void> | undefined;
  /** Bytes that the API server has taken from programs. */
  let sent: number;
  /** What the kubelet does with a connection. */
  let kubelet: (connection: WebSocket, command: string[]) => void;

  /** Runs the command here, as a kubelet runs it in a container: it reads no more than the program takes. */
  function run(connection: WebSocket, [program = "", ...args]: string[]): void {
    const child = spawn(program, args);
    child.stdin.on("error", () => undefined);
    connection.once("close", () => child.kill());
    const take = (data: Buffer): void => {
      if (child.stdin.write(data)) return connection.resume();
      connection.pause();
      child.stdin.removeAllListeners("drain");
      child.stdin.once("drain", () => connection.resume());
    };
    connection.on("message", (data: Buffer) => {
      if (data[0] !== STDIN) return;
      const content = data.subarray(1);
      if (gate === undefined) return take(content);
      connection.pause();
      void gate.then(() => take(content));
    });
    for (const [stream, source] of [
      [STDOUT, child.stdout],
      [STDERR, child.stderr],
    ] as const) {
      source.on("data", (data: Buffer) => {
        source.pause();
        connection.send(frame(stream, data), () => {
          sent += data.length;
          source.resume();
        });
      });
    }
    child.once("close", (code: number) => {
      const status = code === 0 ? SUCCESS : { status: "Failure", message: `exit code ${code}` };
      connection.send(frame(STATUS, JSON.stringify(status)));
    });
  }

  beforeEach(async () => {
    [asked, sent, gate] = [[], 0, undefined];
    kubelet = run;
    api = createServer();
    sockets = new WebSocketServer({ server: api, handleProtocols: () => "v4.channel.k8s.io" });
    sockets.on("connection", (connection: WebSocket, { url = "" }: { url?: string }) => {
      asked.push(url);
      kubelet(connection, new URL(url, "http://api").searchParams.getAll("command"));
    });
    api.listen(0, "127.0.0.1");
    await once(api, "listening");
  });
  afterEach(() => {
    for (const client of sockets.clients) client.terminate();
    sockets.close();
    api.closeAllConnections();
    api.close();
  });

  function config(): KubeConfig {
    const made = new KubeConfig();
    const server = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    made.loadFromClusterAndUser({ name: "test", server, skipTLSVerify: true }, { name: "test" });
    return made;
  }

  const counter = (each: (size: number) => Promise<void> = () => Promise.resolve()) => {
    const counted = { bytes: 0 };
    const output = new Writable({
      write: (chunk: Buffer, _, done) => {
        counted.bytes += chunk.length;
        void each(counted.bytes).then(() => done());
      },
    });
    return { counted, output };
  };

  it("print, and are asked for in the container", async () => {
    assert.equal(await askPod(config(), PLACE, ["sh", "-c", 'echo "$1"', "sh", "one & two"]), "one & two\n");
    assert.match(
      asked[0] ?? "",
      /^\/api\/v1\/namespaces\/lab\/pods\/mlflow-postgres-0\/exec\?.*container=postgres/,
    );
  });

  it("read what they are given, to the end that they know", async () => {
    const { counted, output } = counter();
    const input = Readable.from([Buffer.from("one"), Buffer.from("two"), Buffer.from("rest")]);
    await execInPod(config(), PLACE, ["head", "-c", "6"], { input, output });
    assert.equal(counted.bytes, 6);
  });

  it("tell what they say when they fail, and what they say when they do not", async () => {
    await assert.rejects(
      execInPod(config(), PLACE, ["sh", "-c", "echo half; echo 'no room' >&2; exit 3"]),
      /^Error: sh in pod mlflow-postgres-0: no room$/,
    );
    assert.equal(await execInPod(config(), PLACE, ["sh", "-c", "echo fine >&2"]), "fine\n");
  });

  it("have failed where the connection is lost before their end", async () => {
    kubelet = (connection) => {
      connection.send(frame(STDOUT, "half"), () => connection.terminate());
    };
    const { output } = counter();
    await assert.rejects(
      execInPod(config(), PLACE, ["pg_dump"], { output }),
      /pg_dump in pod mlflow-postgres-0: the connection to mlflow-postgres-0 was closed/,
    );
    assert.equal(output.destroyed, true);
  });

  it("end with a signal", async () => {
    const ended = new AbortController();
    const running = execInPod(config(), PLACE, ["sleep", "60"], { signal: ended.signal });
    await delay(200);
    ended.abort(new Error("interrupted"));
    await assert.rejects(running, /interrupted/);
  });

  it("fail with the stream that they read, and with the one that they write to", async () => {
    const input = new Readable({ read: () => undefined });
    setTimeout(() => input.destroy(new Error("the file is damaged")), 100);
    await assert.rejects(execInPod(config(), PLACE, ["cat"], { input }), /the file is damaged/);
    const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error("no room here")) });
    await assert.rejects(execInPod(config(), PLACE, ["cat", "/dev/zero"], { output }), /no room here/);
  });

  /** Bytes of all that a program prints or reads, and of what may be on its way while nobody takes it. */
  const [ALL, ON_ITS_WAY] = [60_000_000, 25_000_000];

  /** A number of bytes once it grows no more. */
  async function settled(bytes: () => number): Promise<number> {
    for (let last = -1; bytes() === 0 || bytes() !== last; await delay(700)) last = bytes();
    return bytes();
  }

  it("wait for a reader that does not read", async () => {
    let open = (): void => undefined;
    const stalled = new Promise<void>((resolve) => (open = resolve));
    const { counted, output } = counter(() => stalled);
    const running = execInPod(config(), PLACE, ["head", "-c", String(ALL), "/dev/zero"], { output });
    const most = await settled(() => sent);
    assert.ok(most < ON_ITS_WAY, `${most} bytes sent`);
    open();
    await running;
    assert.equal(counted.bytes, ALL);
  });

  it("are sent no more than they take", async () => {
    let read = 0;
    const input = new Readable({
      read() {
        if (read >= ALL) return void this.push(null);
        read += 1_000_000;
        this.push(Buffer.alloc(1_000_000));
      },
    });
    const { counted, output } = counter();
    let open = (): void => undefined;
    gate = new Promise<void>((resolve) => (open = resolve));
    const running = execInPod(config(), PLACE, ["sh", "-c", `head -c ${ALL} | wc -c`], { input, output });
    const most = await settled(() => read);
    assert.ok(most < ON_ITS_WAY, `${most} bytes read`);
    open();
    await running;
    assert.equal(counted.bytes, `${ALL}\n`.length);
  });
});
