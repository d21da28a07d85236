import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { type WebSocket, WebSocketServer } from "ws";
import { forward, type Forward, podAccess } from "../../../../tooling/live/addresses/port-forward";

const MLFLOW = { namespace: "lab", name: "mlflow", port: 8000 };

/** A frame as a kubelet sends it: number of the stream, then data. */
const frame = (stream: number, data: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from([stream]), Buffer.from(data)]);
/** Each stream begins with the port's number, in two bytes. */
const PORT = Buffer.from([8080 & 0xff, 8080 >> 8]);

describe("live: port-forwards", () => {
  let api: Server;
  let sockets: WebSocketServer;
  let opened: Forward | undefined;
  let asked: string[];
  let told: string[];
  /** Name of the pod that is ready. */
  let ready: string;
  /** What the pod does with what comes. */
  let pod: (connection: WebSocket, data: Buffer) => void;
  let refusal: string | undefined;

  beforeEach(async () => {
    [asked, told, ready, refusal] = [[], [], "mlflow-a", undefined];
    pod = (connection, data) => connection.send(frame(0, `pod: ${data.toString()}`));
    api = createServer((request, response) => {
      const labels = { app: "mlflow" };
      const body = request.url?.includes("/services/")
        ? { spec: { selector: labels, ports: [{ port: 8000, targetPort: 8080 }] } }
        : {
            items: [
              { metadata: { name: ready }, status: { conditions: [{ type: "Ready", status: "True" }] } },
            ],
          };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(body));
    });
    sockets = new WebSocketServer({
      server: api,
      handleProtocols: () => "v4.channel.k8s.io",
      verifyClient: ({ req }, accept) => {
        asked.push(req.url ?? "");
        accept(refusal === undefined, 403, refusal);
      },
    });
    sockets.on("connection", (connection: WebSocket) => {
      for (const stream of [0, 1]) connection.send(frame(stream, PORT));
      connection.on("message", (data: Buffer) => pod(connection, data.subarray(1)));
    });
    api.listen(0, "127.0.0.1");
    await once(api, "listening");
  });
  afterEach(async () => {
    await opened?.close();
    for (const client of sockets.clients) client.terminate();
    sockets.close();
    api.closeAllConnections();
    api.close();
  });

  async function open(preferred = 0): Promise<number> {
    const config = new KubeConfig();
    const { port } = api.address() as AddressInfo;
    const server = `http://127.0.0.1:${port}`;
    config.loadFromClusterAndUser({ name: "test", server, skipTLSVerify: true }, { name: "test" });
    opened = await forward(podAccess(config), MLFLOW, preferred, (reason) => told.push(reason));
    return opened.port;
  }

  /** What a client reads until the connection ends. */
  async function talk(port: number, text: string): Promise<string> {
    const socket = connect(port, "127.0.0.1").setEncoding("utf8");
    socket.write(text);
    let read = "";
    socket.on("data", (data: string) => (read += data));
    await new Promise<void>((resolve) => socket.once("close", () => resolve()).on("error", () => undefined));
    return read;
  }

  it("carry what is said to the pod, its answer back, and the pod's end", async () => {
    pod = (connection, data) => {
      connection.send(frame(0, `pod: ${data.toString()}`));
      connection.close();
    };
    assert.equal(await talk(await open(), "hello"), "pod: hello");
    assert.deepEqual(asked, ["/api/v1/namespaces/lab/pods/mlflow-a/portforward?ports=8080"]);
    assert.deepEqual(told, []);
  });

  it("go to the pod that is ready when the connection is made", async () => {
    pod = (connection) => connection.close();
    const port = await open();
    await talk(port, "1");
    ready = "mlflow-b";
    await talk(port, "2");
    assert.deepEqual(
      asked.map((path) => path.split("/")[6]),
      ["mlflow-a", "mlflow-b"],
    );
  });

  it("tell why the pod took no connection", async () => {
    pod = (connection) => {
      connection.send(frame(1, "an error occurred forwarding 8080: connection refused\n"));
      connection.close();
    };
    assert.equal(await talk(await open(), "hello"), "");
    assert.deepEqual(told, ["an error occurred forwarding 8080: connection refused"]);
  });

  it("tell that the API server refuses", async () => {
    refusal = "forbidden";
    assert.equal(await talk(await open(), "hello"), "");
    assert.deepEqual(told, ["no port-forward to mlflow-a in lab: Unexpected server response: 403"]);
  });

  it("listen on loopback alone, at the port that is preferred if it is free", async () => {
    const other = createTcpServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port: taken } = other.address() as AddressInfo;
    assert.notEqual(await open(taken), taken);
    await opened?.close();
    other.close();
    await once(other, "close");
    assert.equal(await open(taken), taken);
  });

  it("end with all their connections, without a complaint", async () => {
    const port = await open();
    const talking = talk(port, "hello");
    const [connection] = (await once(sockets, "connection")) as [WebSocket];
    await opened?.close();
    await Promise.all([talking, once(connection, "close")]);
    const [error] = (await once(connect(port, "127.0.0.1"), "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
    assert.deepEqual(told, []);
    opened = undefined;
  });
});
