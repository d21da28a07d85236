import assert from "node:assert/strict";
import { platformOfNodes } from "../../../config/values/platform";

describe("the platform of a cluster's nodes", () => {
  it("is that of all of them", () => {
    assert.deepEqual(platformOfNodes(["arm64", "arm64"]), { platform: "linux/arm64" });
    assert.deepEqual(platformOfNodes(["amd64"]), { platform: "linux/amd64" });
  });

  it("is not known where there are two, or none", () => {
    assert.deepEqual(platformOfNodes(["arm64", "amd64", "arm64"]), {
      problem:
        "the nodes have the architectures amd64 and arm64, and images are built for one: " +
        "set gourmetgram:platform, and taint the other nodes so that they take none of the lab's pods",
    });
    assert.deepEqual(platformOfNodes([]), { problem: "no node has a label kubernetes.io/arch" });
  });

  it("is none that an image of the lab has no build for", () => {
    assert.deepEqual(platformOfNodes(["s390x"]), {
      problem: "the nodes have the architecture s390x; images of the lab exist for linux/amd64, linux/arm64",
    });
  });
});
