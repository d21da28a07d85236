import assert from "node:assert/strict";
import { ARGO_KINDS, definitionName } from "../../components/argo";
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

  it("is refused where it is the base of a class, before it has anything", async () => {
    await ours.make("course-base", { scope: "base" });
    for (const command of ["preview", "up"] as const) {
      const { all, exitCode } = await (command === "up"
        ? ours.up("course-base")
        : ours.pulumi("preview", "--stack", "course-base"));
      assert.notEqual(exitCode, 0);
      assert.match(all, /CustomResourceDefinition .*workflows\.argoproj\.io.*: belongs to the stack first/);
      assert.match(all, /Namespace argo: belongs to the stack first/);
      assert.deepEqual(await ours.state("course-base"), []);
    }
    assert.equal((await ours.destroy("course-base")).exitCode, 0);
    await assertUnharmed();
  });

  it("does not keep the lab from going on with what is its own", async () => {
    const { all, exitCode } = await ours.up("first", ...TARGETS);
    assert.equal(exitCode, 0, all);
    assert.match(all, /\d+ unchanged/);
    await assertUnharmed();
  });
});

describe("a lab on a cluster that has a class", function () {
  this.timeout(300_000);
  let server: ApiServer;
  let project: Project;

  onServerWithProject(async (on) => {
    ({ server, project } = on);
    await project.make("course-base", { scope: "base" });
    // The kinds of a class are not made before those who judge what is written of them.
    const judges = ["**:StudentAdmission::*", "**:BaseGuard::*", "**ValidatingAdmissionPolicy*::*"];
    const { all, exitCode } = await project.up("course-base", ...targets([...KINDS, ...judges]));
    assert.equal(exitCode, 0, all);
  });

  it("is refused before it has anything, with names of its own too, and is destroyed without harm", async () => {
    const definitions = (): Promise<string> =>
      server.kubectl("get", "crd,namespace,validatingadmissionpolicy", "-o", "json");
    const before = await definitions();
    for (const [stack, settings] of [
      ["lab", {}],
      ["second", secondOn(server)],
    ] as const) {
      await project.make(stack, settings);
      const { all, exitCode } = await project.up(stack);
      assert.notEqual(exitCode, 0);
      assert.match(
        all,
        /CustomResourceDefinition .*workflows\.argoproj\.io.*: belongs to the stack course-base/,
      );
      assert.match(all, /Nothing has been created or changed/);
      assert.deepEqual(await project.state(stack), []);
      assert.equal((await project.destroy(stack)).exitCode, 0);
    }
    assert.equal(await definitions(), before);
  });
});

describe("a lab on a cluster that has an Argo of its own", function () {
  this.timeout(300_000);
  let server: ApiServer;
  let project: Project;

  onServerWithProject(async (on) => {
    ({ server, project } = on);
    const schema = {
      openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    };
    for (const { kind, plural, scope = "Namespaced" } of ARGO_KINDS) {
      const definition = {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${plural}.argoproj.io` },
        spec: {
          group: "argoproj.io",
          names: { kind, plural, listKind: `${kind}List`, singular: kind.toLowerCase() },
          scope,
          versions: [{ name: "v1alpha1", served: true, storage: true, schema }],
        },
      };
      await server.kubectl("create", "-f", project.fileOf(definition));
    }
    await server.kubectl("wait", "--for=condition=Established", "--all", "crd", "--timeout=60s");
    await server.kubectl("create", "namespace", "argo");
    const controller = ["deployment", "workflow-controller", "--image=quay.io/argoproj/workflow-controller"];
    await server.kubectl("create", ...controller, "-n", "argo");
  });

  const there = (): Promise<string> => server.kubectl("get", "crd,deployment,namespace", "-A", "-o", "json");

  for (const [title, settings] of Object.entries<Record<string, string>>({
    "a lab": {},
    "a lab that would have a namespace of its own for Argo": { argoNamespace: "second-argo" },
    "the base of a class": { scope: "base" },
  })) {
    it(`is refused before it has anything, with the setting that uses that Argo: ${title}`, async () => {
      const before = await there();
      await project.make("lab", settings);
      const { all, exitCode } = await project.up("lab");
      assert.notEqual(exitCode, 0);
      const names = ARGO_KINDS.map(definitionName).join(", ");
      assert.ok(
        all.includes(
          `CustomResourceDefinition ${names}: exists already, and does not belong to this stack\n` +
            "        fix: pulumi config set gourmetgram:argo existing",
        ),
        all,
      );
      assert.deepEqual(await project.state("lab"), []);
      assert.equal((await project.destroy("lab")).exitCode, 0);
      assert.equal((await project.pulumi("stack", "rm", "lab", "--yes")).exitCode, 0);
      assert.equal(await there(), before);
    });
  }

  it("is not refused for it with that setting, and leaves it as it is", async () => {
    const before = await there();
    await project.make("guest", { ...secondOn(server), argo: "existing", argoNamespace: "argo" });
    const { all, exitCode } = await project.up("guest", ...targets(KINDS));
    assert.equal(exitCode, 0, all);
    assert.ok((await project.state("guest")).every((type) => !type.endsWith(":CustomResourceDefinition")));
    assert.equal((await project.destroy("guest")).exitCode, 0);
    assert.equal(await there(), before);
  });
});
