import { assertChildNames, recorded, resetMocks } from "../../../support/mocks";
import assert from "node:assert/strict";
import { LabNetwork } from "../../../../components/class/network/lab-network";
import { type End, passes } from "../../../support/network";

const ARGS = { namespace: "platform", stagingNamespace: "staging", externalDatabasePort: undefined };
const service = (name: string): Record<string, string> => ({
  "app.kubernetes.io/name": name,
  "app.kubernetes.io/part-of": "gourmetgram",
});
const ENDS = {
  step: { namespace: "platform", labels: { "workflows.argoproj.io/workflow": "train-model-x7f2p" } },
  mlflow: { namespace: "platform", labels: service("mlflow") },
  postgres: { namespace: "platform", labels: service("mlflow-postgres") },
  application: { namespace: "staging", labels: service("gourmetgram") },
  registry: { namespace: "kube-system", labels: { "app.kubernetes.io/name": "registry" } },
  browser: { address: "203.0.113.7" },
} satisfies Record<string, End>;

async function passing(from: keyof typeof ENDS, to: keyof typeof ENDS, port: number | "53/UDP") {
  const all = (await recorded()).filter(({ type }) => type.endsWith(":NetworkPolicy"));
  return passes(all, ENDS[from], ENDS[to], port);
}

describe("LabNetwork", () => {
  beforeEach(() => resetMocks());

  it("lets the application in staging open no connection, not even to a name server", async () => {
    new LabNetwork("network", ARGS);
    for (const to of ["mlflow", "postgres", "registry", "browser"] as const) {
      for (const port of ["53/UDP", 53, 80, 443, 5000, 5432, 8000] as const) {
        assert.equal(await passing("application", to, port), false, `${to} ${port}`);
      }
    }
    await assertChildNames();
  });

  it("lets everyone use the application and MLflow, and MLflow alone the database", async () => {
    new LabNetwork("network", ARGS);
    assert.equal(await passing("browser", "application", 8000), true);
    assert.equal(await passing("step", "application", 8000), true);
    assert.equal(await passing("browser", "mlflow", 8000), true);
    assert.equal(await passing("mlflow", "postgres", 5432), true);
    assert.equal(await passing("step", "postgres", 5432), false);
    assert.equal(await passing("browser", "postgres", 5432), false);
  });

  it("says nothing about a database elsewhere", async () => {
    new LabNetwork("network", { ...ARGS, externalDatabasePort: 5432 });
    assert.deepEqual(
      (await recorded()).filter(({ type }) => type.endsWith(":NetworkPolicy")).map(({ name }) => name),
      ["network-staging-no-egress"],
    );
  });
});
