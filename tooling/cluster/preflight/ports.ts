import { connect, createServer } from "node:net";
import { nodePorts } from "../../engine/stack/stack-settings";
import type { ClusterRecord } from "../../machine/cluster-record";
import { ask } from "../../machine/run";
import type { Check } from "./check";

const HOST = "127.0.0.1";

/** Whether Docker can publish a port: nothing answers there, and it can be listened on. */
async function isFree(port: number): Promise<boolean> {
  // On macOS one can listen on this address although another program listens on all of them.
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: HOST });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", end(true)).once("error", end(false));
  });
  if (answers) return false;
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}

/** The program that listens on a port, for people; empty where nobody can tell. */
async function holderOf(port: number): Promise<string> {
  const shown = await ask("ss", ["-Hltnp", `sport = :${port}`]);
  const socket = /users:\(\("([^"]+)",pid=(\d+)/.exec(shown ?? "");
  if (socket !== null) return ` is held by ${String(socket[1])} (process ${String(socket[2])})`;
  const listed = await ask("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fcp"]);
  const [, pid] = /^p(\d+)$/m.exec(listed ?? "") ?? [];
  const [, command] = /^c(.+)$/m.exec(listed ?? "") ?? [];
  return pid === undefined ? " is taken" : ` is held by ${command ?? "a program"} (process ${pid})`;
}

export async function checkPorts(record: ClusterRecord | undefined): Promise<Check> {
  const name = "ports";
  const ports = Object.entries(nodePorts());
  if (record !== undefined && record.containers.length > 0) {
    const unpublished = ports.filter(([, port]) => !record.ports.includes(port));
    if (unpublished.length === 0) return { name, found: "published by the cluster" };
    const named = unpublished.map(([key, port]) => `${port} (gourmetgram:${key})`).join(", ");
    const problem = `the cluster was made without the ports ${named}`;
    const remedy =
      "take the setting back; or npm run down, which deletes all data of the cluster (npm run backup -- FILE first keeps it), " +
      "then npm run up for a cluster with these ports";
    return { name, found: `without ${named}`, obstacle: { problem, remedy } };
  }
  const taken: string[] = [];
  for (const [key, port] of ports) {
    if (!(await isFree(port))) taken.push(`${port} (gourmetgram:${key})${await holderOf(port)}`);
  }
  if (taken.length === 0) return { name, found: `${ports.length} free` };
  const remedy =
    "stop that program, or choose another port from 30000 to 32767: npm run pulumi -- config set gourmetgram:KEY PORT";
  return {
    name,
    found: `${taken.length} taken`,
    obstacle: { problem: `ports taken: ${taken.join("; ")}`, remedy },
  };
}
