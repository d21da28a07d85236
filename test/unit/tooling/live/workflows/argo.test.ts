import assert from "node:assert/strict";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { Argo } from "../../../../../tooling/live/workflows/argo";
import { clusterOf } from "../../../../../tooling/live/api-clients";
import { type Family, NoSuchRun } from "../../../../../tooling/live/workflows/family";
import { standingOf } from "../../../../../tooling/live/runs/outcome";
import { nameOf, type Workflow } from "../../../../../tooling/live/workflows/workflow";
import { building, built, training } from "../../../../support/runs";

/** What the API server says to each request to watch: events, and then the end of the stream, unless it stays open. */
interface Stream {
  readonly events: readonly (readonly [type: string, object: unknown])[];
  readonly stays?: boolean;
}

describe("workflows: following a run", () => {
  let server: Server;
  let lists: Workflow[][];
  let streams: Stream[];
  let watched: string[];

  const argo = (): Argo => {
    const config = new KubeConfig();
    const { port } = server.address() as AddressInfo;
    config.loadFromClusterAndUser(
      { name: "test", server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: "test" },
    );
    return new Argo(clusterOf(config), "lab");
  };
  const following = async (
    signal = AbortSignal.timeout(10_000),
  ): Promise<{ end: Family; seen: string[] }> => {
    const seen: string[] = [];
    const end = await argo().follow("train-model-x", (family) => seen.push(standingOf(family)), signal);
    return { end, seen };
  };
  const send = (response: ServerResponse, { events, stays }: Stream): void => {
    for (const [type, object] of events) response.write(`${JSON.stringify({ type, object })}\n`);
    if (stays !== true) response.end();
  };

  beforeEach(async () => {
    watched = [];
    server = createServer((request, response) => {
      const url = new URL(request.url ?? "", "http://server");
      response.setHeader("content-type", "application/json");
      if (url.searchParams.get("watch") === "true") {
        watched.push(url.searchParams.get("resourceVersion") ?? "none");
        send(response, streams.shift() ?? { events: [] });
      } else {
        const items = lists.length > 1 ? lists.shift() : lists[0];
        // Without a list, the server hangs.
        if (items === undefined) return;
        response.end(JSON.stringify({ metadata: { resourceVersion: String(10 - lists.length) }, items }));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("shows each change of the run and of its child, and ends with the run", async () => {
    lists = [[training("Running")]];
    const stranger: Workflow = {
      metadata: { name: "other", uid: "9" },
      spec: {},
      status: { phase: "Running" },
    };
    streams = [
      {
        stays: true,
        events: [
          ["ADDED", building()],
          ["ADDED", stranger],
          ["MODIFIED", built()],
          ["MODIFIED", training("Succeeded", { phase: "Succeeded" })],
        ],
      },
    ];
    const { end, seen } = await following();
    assert.deepEqual(seen, [
      "train-model-x: Running, build-container Running",
      "train-model-x: Running, build-image Running",
      "train-model-x: Running, build-container Running",
      "train-model-x: Succeeded",
    ]);
    assert.deepEqual(end.children.map(nameOf), ["build-y"]);
    assert.equal(end.children[0]?.status?.phase, "Succeeded");
    assert.deepEqual(watched, ["9"]);
  });

  it("asks afresh when the stream ends, or the version is too old to watch from", async () => {
    lists = [[training("Running")], [training("Running"), building()], [training("Failed"), built()]];
    streams = [{ events: [] }, { events: [["ERROR", { code: 410 }]] }];
    const { end, seen } = await following();
    assert.equal(end.run.status?.phase, "Failed");
    assert.equal(seen.length, 3);
    assert.equal(watched.length, 2);
  });

  it("ends at once with a run that was over before", async () => {
    lists = [[training("Failed"), built()]];
    streams = [];
    assert.equal((await following()).seen.length, 1);
    assert.deepEqual(watched, []);
  });

  it("says that there is no such run, before or meanwhile", async () => {
    lists = [[]];
    streams = [];
    await assert.rejects(following(), NoSuchRun);
    await assert.rejects(argo().family("train-model-x"), /no workflow train-model-x in lab/);
    lists = [[training("Running")]];
    streams = [{ stays: true, events: [["DELETED", training("Running")]] }];
    await assert.rejects(following(), NoSuchRun);
  });

  for (const [what, known] of [
    ["", [[training("Running")]]],
    [", also while the server does not answer", []],
  ] as const)
    it(`stops when it is told to${what}`, async () => {
      lists = [...known].map((runs) => [...runs]);
      streams = [{ stays: true, events: [] }];
      const stop = new AbortController();
      setTimeout(() => stop.abort(new Error("enough")), 200);
      await assert.rejects(following(stop.signal), /enough/);
    });
});
