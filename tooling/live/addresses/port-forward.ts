/** Port-forwards: a port of this machine whose connections the cluster's API carries to a pod. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Writable } from "node:stream";
import { type KubeConfig, PortForward } from "@kubernetes/client-node";
import { clusterOf } from "../api-clients";
import { type PodPort, readyPodOf, serviceOnNodePort, type ServicePort } from "./service";
import { pacedReader, type PacedSocket, pacedSender } from "../streams/flow-control";
import { messageOf } from "../../support/errors";

/** What of a cluster a port-forward needs. */
export interface PodAccess {
  /** The Service that has a node port; undefined where none has it. */
  serviceOnNodePort(nodePort: number): Promise<ServicePort | undefined>;
  /** @throws NoReadyPod; Error if there is no such Service or port */
  readyPod(service: ServicePort): Promise<PodPort>;
  /**
   * Carries a connection until either side ends it.
   *
   * @throws Error if the pod or the API server does not take it
   */
  carry(pod: PodPort, socket: Socket): Promise<void>;
}

/** A port-forward that is open. */
export interface Forward {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Ends it, and every connection through it. */
  readonly close: () => Promise<void>;
}

/** The pods as the cluster's API leads to them. */
export function podAccess(config: KubeConfig): PodAccess {
  const { core } = clusterOf(config);
  return {
    serviceOnNodePort: (nodePort) => serviceOnNodePort(core, nodePort),
    readyPod: (service) => readyPodOf(core, service),
    carry: (pod, socket) => carry(config, pod, socket),
  };
}

async function carry(config: KubeConfig, { namespace, pod, port }: PodPort, socket: Socket): Promise<void> {
  let refusal = "";
  const refusals = new Writable({
    write: (chunk: Buffer, _, done) => {
      refusal += chunk.toString();
      done();
    },
  });
  const forwarding = new PortForward(config);
  const opened: { carrier?: PacedSocket } = {};
  const sender = pacedSender(() => opened.carrier);
  const reader = pacedReader(socket, () => opened.carrier);
  reader.on("error", () => undefined);
  const connection = await forwarding
    .portForward(namespace, pod, [port], reader, refusals, sender)
    .catch((error: unknown) => {
      // The library's reason is an event of the WebSocket, which is no Error.
      throw new Error(
        `no port-forward to ${pod} in ${namespace}: ${(error as { message?: string }).message ?? ""}`,
      );
    });
  // It is a function only where the library is told to connect again and again.
  if (typeof connection === "function") return;
  opened.carrier = connection;
  socket.pipe(sender, { end: false });
  await new Promise<void>((resolve) => {
    connection.addEventListener("close", () => resolve());
    if (socket.destroyed) connection.close();
    else socket.once("close", () => connection.close());
  });
  socket.end();
  if (refusal !== "") throw new Error(refusal.trim());
}

/**
 * Opens a port of this machine that leads to a Service. Each connection goes to a pod that is ready at that moment, so
 * a pod may be replaced meanwhile.
 *
 * @param preferred Port that is taken if it is free, else any.
 * @param failed Told why a connection came to nothing; the client sees it closed.
 */
export async function forward(
  access: PodAccess,
  service: ServicePort,
  preferred: number,
  failed: (reason: string) => void,
): Promise<Forward> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // A client may end as it likes; what becomes of its connection is told by `carry`.
    socket.on("error", () => undefined);
    access
      .readyPod(service)
      .then((pod) => access.carry(pod, socket))
      .catch((error: unknown) => {
        if (server.listening) failed(messageOf(error));
        socket.destroySoon();
      });
  });
  await listen(server, preferred).catch(() => listen(server, 0));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}
