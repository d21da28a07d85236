import assert from "node:assert/strict";
import {
  imageLabels,
  imageNameOf,
  type RegistryPlace,
  registryPlace,
} from "../../../../tooling/verify/clients/registry";
import { serve, type TestServer } from "../../../support/http";

describe("verify: registry", () => {
  it("asks the lab's own registry over plain HTTP", () => {
    const place = registryPlace({
      inCluster: "registry.kube-system.svc.cluster.local:5000",
      fromNodes: "localhost:30500",
      forPushing: "localhost:30500",
      own: true,
      plainHttp: true,
    });
    assert.deepEqual(place, { urls: ["http://localhost:30500"], prefix: "", local: true });
  });

  it("asks another registry over TLS first, below its path", () => {
    const address = "registry.example.org/team/labs";
    const place = registryPlace({
      inCluster: address,
      fromNodes: address,
      forPushing: address,
      own: false,
      plainHttp: false,
    });
    assert.deepEqual(place, {
      urls: ["https://registry.example.org", "http://registry.example.org"],
      prefix: "team/labs/",
      local: false,
    });
  });

  it("asks another registry as its settings say, whatever it is called in the cluster", () => {
    const place = registryPlace({
      inCluster: "kind-registry:5000",
      fromNodes: "localhost:5001",
      forPushing: "localhost:5001",
      own: false,
      plainHttp: true,
    });
    assert.deepEqual(place, { urls: ["http://localhost:5001"], prefix: "", local: false });
  });

  it("finds an image's name in its reference", () => {
    assert.equal(imageNameOf("localhost:30500/gourmetgram-train@sha256:ab"), "gourmetgram-train");
    assert.equal(imageNameOf("host/team/gourmetgram-train@sha256:ab"), "gourmetgram-train");
  });
});

describe("verify: labels of an image", () => {
  const IMAGE = "localhost:5000/app@sha256:index";
  const ANSWERS: Readonly<Record<string, unknown>> = {
    "/v2/app/manifests/sha256:index": {
      manifests: [
        { digest: "sha256:attested", platform: { os: "unknown" } },
        { digest: "sha256:image", platform: { os: "linux" } },
      ],
    },
    "/v2/app/manifests/sha256:image": { config: { digest: "sha256:config" } },
    "/v2/app/blobs/sha256:config": { config: { Labels: { "dev.gourmetgram.model-version": "7" } } },
  };
  let server: TestServer;

  before(async () => {
    server = await serve(({ url = "" }) =>
      url in ANSWERS ? { body: ANSWERS[url] } : { status: 404, body: "" },
    );
  });
  after(() => server.close());

  const place = (): RegistryPlace => ({ urls: [server.url], prefix: "", local: true });
  const labelsOf = (reference: string): Promise<Readonly<Record<string, string>>> =>
    imageLabels(place(), reference, AbortSignal.timeout(5000));

  it("reads them through an index, past what is attested", async () => {
    assert.deepEqual(await labelsOf(IMAGE), { "dev.gourmetgram.model-version": "7" });
    assert.deepEqual(await labelsOf("localhost:5000/app@sha256:image"), {
      "dev.gourmetgram.model-version": "7",
    });
  });

  it("says that the registry does not have the image", async () => {
    await assert.rejects(labelsOf("localhost:5000/app@sha256:gone"), /answered 404 for app@sha256:gone/);
  });
});
