import assert from "node:assert/strict";
import { KubeConfig } from "@kubernetes/client-node";
import { requireDockerForImages } from "../../../tooling/cluster/preflight";
import { requireAnswer } from "../../../tooling/engine/cluster-access";

const PARTS = { engine: "official", images: "official", kind: "official" } as const;

function clusterAt(server: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "far", server, skipTLSVerify: true }, { name: "someone" });
  return config;
}

describe("before anything is changed on a cluster of one's own", () => {
  it("a cluster that cannot be reached is named, with the reason and the remedy", async () => {
    // Port 1 is never listened on.
    await assert.rejects(requireAnswer(clusterAt("https://127.0.0.1:1")), (error: Error) => {
      assert.match(
        error.message,
        /^the cluster of stack embedded at https:\/\/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/,
      );
      assert.match(error.message, /\n {2}remedy: /);
      return true;
    });
  });

  describe("no Docker daemon", () => {
    const before = { host: process.env["DOCKER_HOST"], path: process.env["PATH"] };
    afterEach(() => {
      for (const [name, value] of [
        ["DOCKER_HOST", before.host],
        ["PATH", before.path],
      ] as const) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });

    it("is told, with the remedy", async () => {
      process.env["DOCKER_HOST"] = "unix:///nonexistent/docker.sock";
      await assert.rejects(
        requireDockerForImages(PARTS),
        /^Error: the stack's images cannot be built: no Docker daemon answers \(.+\)\n {2}remedy: start Docker, or choose its context/,
      );
    });

    it("is told where there is not even the command", async () => {
      process.env["PATH"] = "/nonexistent";
      await assert.rejects(requireDockerForImages(PARTS), /there is no docker command/);
    });
  });
});
