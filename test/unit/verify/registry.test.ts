import assert from "node:assert/strict";
import { imageNameOf, registryPlace } from "../../../verify/registry";

describe("verify: registry", () => {
  it("asks the lab's own registry over plain HTTP", () => {
    const place = registryPlace({
      inCluster: "registry.kube-system.svc.cluster.local:5000",
      fromNodes: "localhost:30500",
      forPushing: "localhost:30500",
    });
    assert.deepEqual(place, { urls: ["http://localhost:30500"], prefix: "", local: true });
  });

  it("asks another registry over TLS first, below its path", () => {
    const address = "registry.example.org/team/labs";
    const place = registryPlace({ inCluster: address, fromNodes: address, forPushing: address });
    assert.deepEqual(place, {
      urls: ["https://registry.example.org", "http://registry.example.org"],
      prefix: "team/labs/",
      local: false,
    });
  });

  it("finds an image's name in its reference", () => {
    assert.equal(imageNameOf("localhost:30500/gourmetgram-train@sha256:ab"), "gourmetgram-train");
    assert.equal(imageNameOf("host/team/gourmetgram-train@sha256:ab"), "gourmetgram-train");
  });
});
