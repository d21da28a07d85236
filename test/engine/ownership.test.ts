import assert from "node:assert/strict";
import type { ApiServer } from "./support/api-server";
import { onServerWithProject, Project, targets } from "./support/project";

/** Who owns the stack, and Argo's kinds. */
const KINDS = [
  "**:Ownership::*",
  "**RandomPassword::ownership-id",
  "**:ArgoWorkflows::*",
  "**CustomResourceDefinition::*",
];

/** Only what an API server without nodes can bring up. */
const TARGETS = targets([
  ...KINDS,
  "**:PlatformNamespace::*",
  "**:Staging::*",
  "**:Builder::*",
  "**kubernetes:core/v1:Namespace::*",
]);

/** Everything that a second lab has for itself. Only what a cluster has once is left to dispute. */
const OTHER_NAMES = {
  namespace: "second-platform",
  stagingNamespace: "second-staging",
  buildNamespace: "second-build",
  argoNamespace: "second-argo",
  registryNodePort: "31500",
  mlflowNodePort: "31800",
  argoServerNodePort: "31746",
  stagingNodePort: "31081",
  appRepositoryNodePort: "31300",
};
/** Nothing is pushed; the program only looks whether something answers at the address. */
const secondOn = ({ address }: ApiServer) => ({
  ...OTHER_NAMES,
  externalRegistry: "registry.example.org/second",
  registryPushAddress: `${address}/second`,
});

const WORKFLOW = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Workflow",
  metadata: { name: "precious" },
  spec: { entrypoint: "main", templates: [{ name: "main", suspend: {} }] },
};

describe("a second stack on a cluster that has a lab", function () {
  this.timeout(300_000);
  let server: ApiServer;
  let ours: Project;
  let theirs: Project;
  let second: Record<string, string>;

  onServerWithProject(async (on) => {
    ({ server, project: ours } = on);
    theirs = new Project(server);
    second = secondOn(server);
    await ours.make("first");
    const { all, exitCode } = await ours.up("first", ...TARGETS);
    assert.equal(exitCode, 0, all);
    await server.kubectl("wait", "--for=condition=Established", "crd/workflows.argoproj.io", "--timeout=60s");
    await server.kubectl("create", "-f", ours.fileOf(WORKFLOW), "-n", "gourmetgram-platform");
  });

  after(() => {
    // Undefined where the tests are skipped.
    (theirs as Project | undefined)?.remove();
  });

  /** What the first lab has, and would lose with its kinds. */
  async function assertUnharmed(): Promise<void> {
    const listed = await server.kubectl("get", "workflows", "-A", "-o", "name");
    assert.equal(listed, "workflow.argoproj.io/precious");
    const labels = await server.kubectl(
      ...[
        "get",
        "crd",
        "workflows.argoproj.io",
        "-o",
        "jsonpath={.metadata.labels.app\\.kubernetes\\.io/instance}",
      ],
    );
    assert.equal(labels, "first");
  }

  it("is refused before it has anything, for its budget and for what is there, and is destroyed without harm", async () => {
    await ours.make("second", { ...second, budgetCpu: "100m" });
    const { all, exitCode } = await ours.up("second");
    assert.notEqual(exitCode, 0);
    assert.match(all, /gourmetgram:budgetCpu is 100m/);
    assert.match(all, /CustomResourceDefinition .*workflows\.argoproj\.io.*: belongs to the stack first/);
    assert.match(all, /Nothing has been created or changed/);
    assert.deepEqual(await ours.state("second"), []);
    const destroyed = await ours.destroy("second");
    assert.equal(destroyed.exitCode, 0, destroyed.all);
    await assertUnharmed();
  });

  it("is refused in a preview too", async () => {
    const { all, exitCode } = await ours.pulumi("preview", "--stack", "second");
    assert.notEqual(exitCode, 0);
    assert.match(all, /belongs to the stack first/);
  });

  it("is refused with the settings of a lab, namespace by namespace", async () => {
    await ours.make("third");
    const { all } = await ours.up("third");
    for (const name of ["gourmetgram-platform", "gourmetgram-staging", "gourmetgram-build", "argo"]) {
      assert.match(all, new RegExp(`Namespace .*\\b${name}\\b.*: belongs to the stack first`));
    }
    assert.deepEqual(await ours.state("third"), []);
  });

  it("shares the kinds where it has the same name and another state, and leaves them when it is destroyed", async () => {
    // Nothing empties a namespace here, so those of the second stack would never be gone again.
    for (const time of ["at first", "after it has left them"]) {
      await theirs.make("first", second);
      const { all, exitCode } = await theirs.up("first", ...targets(KINDS));
      assert.equal(exitCode, 0, `${time}: ${all}`);
      assert.ok((await theirs.state("first")).some((type) => type.endsWith(":CustomResourceDefinition")));
      const destroyed = await theirs.destroy("first");
      assert.equal(destroyed.exitCode, 0, destroyed.all);
      await assertUnharmed();
    }
  });

  it("is refused by the API server where it has the same name and the same namespaces", async () => {
    await theirs.make("first", { stagingNamespace: "gourmetgram-staging" });
    const { all, exitCode } = await theirs.up(
      "first",
      ...targets([...KINDS, "**:Staging::*", "**staging-namespace"]),
    );
    assert.notEqual(exitCode, 0);
    assert.match(all, /conflict.*\.metadata\.labels\.gourmetgram\.dev\/owner/);
    assert.ok(!(await theirs.state("first")).some((type) => type.endsWith(":Namespace")));
    const destroyed = await theirs.destroy("first");
    assert.equal(destroyed.exitCode, 0, destroyed.all);
    await assertUnharmed();
  });

  it("is refused where somebody else made a namespace and a registry, and leaves both as they are", async () => {
    const theirsAlready = [
      ["namespace", "second-staging"],
      ["service", "registry", "-n", "kube-system"],
    ];
    await server.kubectl("create", "namespace", "second-staging");
    await server.kubectl("create", "service", "clusterip", "registry", "--tcp=5000", "-n", "kube-system");
    const read = async (): Promise<string> => {
      const texts = [];
      for (const each of theirsAlready) texts.push(await server.kubectl("get", ...each, "-o", "json"));
      return texts.join();
    };
    const before = await read();
    await ours.make("fourth", OTHER_NAMES);
    const { all } = await ours.up("fourth");
    assert.match(all, /Namespace second-staging: exists already, and does not belong to this stack/);
    assert.match(all, /Service kube-system\/registry: exists already, and does not belong to this stack/);
    assert.deepEqual(await ours.state("fourth"), []);
    assert.equal((await ours.destroy("fourth")).exitCode, 0);
    assert.equal(await read(), before);
    await server.kubectl("delete", "service", "registry", "-n", "kube-system");
  });

  it("does not keep the lab from going on with what is its own", async () => {
    const { all, exitCode } = await ours.up("first", ...TARGETS);
    assert.equal(exitCode, 0, all);
    assert.match(all, /\d+ unchanged/);
    await assertUnharmed();
  });
});
