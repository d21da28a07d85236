import assert from "node:assert/strict";
import {
  assertChildNames,
  assertSecret,
  onlyResource,
  promiseOf,
  resetMocks,
} from "../../../../support/mocks";
import { EventSender, eventsAddress } from "../../../../../components/argo";

describe("EventSender", () => {
  beforeEach(() => resetMocks());

  it("makes what Argo's server looks for when a signed event comes", async () => {
    const sender = new EventSender("webhook", { namespace: "lab", account: "git-webhook" });
    await assertSecret(sender.secret, "the secret of the signature");
    await assertChildNames();

    const clients = await onlyResource("kubernetes:core/v1:Secret", "webhook-clients");
    assert.deepEqual((clients.inputs["metadata"] as { name: string }).name, "argo-workflows-webhook-clients");
    const data = clients.inputs["stringData"] as Record<string, string>;
    assert.deepEqual(Object.keys(data), ["git-webhook"]);
    assert.deepEqual(JSON.parse(data["git-webhook"] ?? ""), {
      type: "github",
      secret: await promiseOf(sender.secret),
    });
    assert.deepEqual(clients.secretPaths, ["stringData"]);

    const token = await onlyResource("kubernetes:core/v1:Secret", "webhook-token");
    assert.equal(token.inputs["type"], "kubernetes.io/service-account-token");
    const { name, annotations } = token.inputs["metadata"] as {
      name: string;
      annotations: Record<string, string>;
    };
    assert.equal(name, "git-webhook.service-account-token");
    assert.deepEqual(annotations, { "kubernetes.io/service-account.name": "git-webhook" });
  });

  it("sends events to a namespace by their kind", async () => {
    assert.equal(
      await promiseOf(eventsAddress("https://argo-server.argo:2746", "lab", "new-data")),
      "https://argo-server.argo:2746/api/v1/events/lab/new-data",
    );
  });
});
