import { recorded, type RecordedResource, resetMocks, setConfig, STACK } from "../support/mocks";
import { runProgram } from "../support/program";
import assert from "node:assert/strict";
import { claimedObjects, claimedPorts } from "../../components/cluster-claims";
import { loadConfig } from "../../components/config";
import type { FoundObject, FoundService, LiveCluster, ObjectName } from "../../components/live-cluster";
import { takeovers } from "../../scopes/takeover";

const OWN = { "app.kubernetes.io/instance": STACK, "app.kubernetes.io/managed-by": "pulumi" };
const OTHER = { ...OWN, "app.kubernetes.io/instance": "second" };
const LAB = { "app.kubernetes.io/part-of": "gourmetgram" };
const ALICE = { scope: "student", student: "alice", baseStack: "course-base" };

/** A cluster that has these objects, by kind and name. */
function clusterWith(
  objects: Readonly<Record<string, Partial<FoundObject>>>,
  services: readonly Partial<FoundService>[] = [],
): LiveCluster {
  const full = (given: Partial<FoundObject>): FoundObject => ({ labels: {}, ending: false, ...given });
  return {
    find: ({ kind, name }) => {
      const given = objects[`${kind} ${name}`];
      return Promise.resolve(given === undefined ? undefined : full(given));
    },
    services: () =>
      Promise.resolve(
        services.map((each) => ({ ...full(each), namespace: "web", name: "shop", nodePorts: [], ...each })),
      ),
  };
}

function configured(values: Parameters<typeof setConfig>[0] = {}) {
  resetMocks();
  setConfig(values);
  return loadConfig();
}

const CRDS = [
  "clusterworkflowtemplates",
  "cronworkflows",
  "workflows",
  "workflowartifactgctasks",
  "workfloweventbindings",
  "workflowtaskresults",
  "workflowtasksets",
  "workflowtemplates",
].map((plural) => `${plural}.argoproj.io`);

describe("what a stack claims of a cluster", () => {
  const patches = /Patch$/;
  const clusterWide =
    /:(Namespace|CustomResourceDefinition|ClusterRole|ClusterRoleBinding|PriorityClass|ValidatingAdmissionPolicy|ValidatingAdmissionPolicyBinding)$/;

  const nameOf = ({ type, inputs }: RecordedResource): ObjectName => {
    const { name, namespace } = (inputs["metadata"] ?? {}) as { name: string; namespace?: string };
    const [, group = "", kind = ""] = type.split(":");
    const apiVersion = group.startsWith("core/") ? "v1" : group;
    return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
  };
  const textOf = ({ apiVersion, kind, namespace = "", name }: ObjectName) =>
    `${apiVersion} ${kind} ${namespace}/${name}`;

  for (const [title, values] of Object.entries({
    "a lab": {},
    "a lab with an Argo and a registry from elsewhere": {
      argo: "existing",
      externalRegistry: "registry.example.org/course",
    },
    "the base of a class": { scope: "base" },
    "a student": ALICE,
  })) {
    it(`is everything with a fixed name outside of its own namespaces: ${title}`, async () => {
      const config = configured(values);
      await runProgram();
      const objects = (await recorded()).filter(
        ({ type }) => type.startsWith("kubernetes:") && !patches.test(type),
      );
      const own = objects.filter(({ type }) => type.endsWith(":Namespace")).map((each) => nameOf(each).name);
      const fixed = objects.filter((each) => {
        const { namespace, name } = nameOf(each);
        const inside = namespace !== undefined && own.includes(namespace);
        return name !== undefined && !inside && (namespace !== undefined || clusterWide.test(each.type));
      });
      // The mark by which a student uses the base: the student's namespaces, which are claimed, have the same name in them.
      const marker = "v1 ConfigMap argo/student-alice";
      assert.deepEqual(
        claimedObjects(config).map(textOf).sort(),
        fixed
          .map((each) => textOf(nameOf(each)))
          .filter((text) => text !== marker)
          .sort(),
      );
    });

    it(`is every node port that it asks for: ${title}`, async () => {
      const config = configured(values);
      await runProgram();
      const asked = (await recorded()).flatMap(({ type, inputs }) => {
        const { ports = [] } = (inputs["spec"] ?? {}) as { ports?: { nodePort?: number }[] };
        return type === "kubernetes:core/v1:Service" ? ports.flatMap(({ nodePort }) => nodePort ?? []) : [];
      });
      assert.deepEqual(
        claimedPorts(config)
          .map(({ port }) => port)
          .sort(),
        asked.sort(),
      );
    });
  }

  it("marks everything that the stack makes, and nothing that it only changes", async () => {
    for (const values of [{}, { scope: "base" }, ALICE]) {
      configured(values);
      await runProgram();
      for (const { type, urn, inputs } of await recorded()) {
        if (!type.startsWith("kubernetes:")) continue;
        const { labels = {} } = (inputs["metadata"] ?? {}) as { labels?: Record<string, string> };
        const { "app.kubernetes.io/instance": instance, "app.kubernetes.io/managed-by": manager } = labels;
        const expected = patches.test(type) ? [undefined, undefined] : [STACK, "pulumi"];
        assert.deepEqual([instance, manager], expected, urn);
        assert.equal(labels["gourmetgram.dev/owner"]?.length, patches.test(type) ? undefined : 16, urn);
      }
    }
  });
});

describe("takeovers", () => {
  it("finds nothing on an empty cluster, nor where all there is belongs to the stack", async () => {
    const config = configured();
    assert.deepEqual(await takeovers(config, STACK, clusterWith({})), []);
    const own = Object.fromEntries(
      claimedObjects(config).map(({ kind, name }) => [`${kind} ${name}`, { labels: OWN }]),
    );
    const services = [{ namespace: "kube-system", name: "registry", nodePorts: [30500], labels: OWN }];
    assert.deepEqual(await takeovers(config, STACK, clusterWith(own, services)), []);
  });

  it("names what another stack has, each kind once, with what avoids it", async () => {
    const crds = Object.fromEntries(
      CRDS.map((name) => [`CustomResourceDefinition ${name}`, { labels: OTHER }]),
    );
    const cluster = clusterWith({ ...crds, "Service registry": { labels: OTHER } }, [
      { namespace: "kube-system", name: "registry", nodePorts: [30500], labels: OTHER },
    ]);
    assert.deepEqual(await takeovers(configured(), STACK, cluster), [
      `CustomResourceDefinition ${CRDS.join(", ")}: belongs to the stack second\n` +
        "    fix it with: pulumi config set gourmetgram:argo existing",
      "Service kube-system/registry: belongs to the stack second\n" +
        "    fix it with: pulumi config set gourmetgram:externalRegistry HOST:PORT",
      "node port 30500 (gourmetgram:registryNodePort): taken by the Service kube-system/registry\n" +
        "    fix it with: pulumi config set gourmetgram:registryNodePort PORT   (30000 to 32767)",
    ]);
  });

  it("takes a label of another tool for no sign of the stack", async () => {
    const helm = { "app.kubernetes.io/instance": STACK, "app.kubernetes.io/managed-by": "Helm" };
    assert.deepEqual(
      await takeovers(configured(), STACK, clusterWith({ "Namespace argo": { labels: helm } })),
      [
        "Namespace argo: is there already, and not of this stack (app.kubernetes.io/managed-by: Helm)\n" +
          "    fix it with: pulumi config set gourmetgram:argoNamespace NAME",
      ],
    );
  });

  it("says how to keep what an earlier version of this program made", async () => {
    const [text = ""] = await takeovers(
      configured(),
      STACK,
      clusterWith({ "Deployment registry": { labels: LAB } }),
    );
    assert.match(
      text,
      /kubectl label deployment registry -n kube-system app\.kubernetes\.io\/instance=test app\.kubernetes\.io\/managed-by=pulumi {3}\(if this stack made it before 0\.2\)$/,
    );
  });

  it("waits for what is being deleted, be it the stack's own", async () => {
    const ending = { "Namespace gourmetgram-staging": { labels: OWN, ending: true } };
    assert.deepEqual(await takeovers(configured(), STACK, clusterWith(ending)), [
      "Namespace gourmetgram-staging: is being deleted\n    fix it with: the same command again, once it is gone",
    ]);
  });

  it("asks for another name of a student whose namespaces are there", async () => {
    const there = { "Namespace gourmetgram-alice": { labels: OTHER } };
    assert.deepEqual(await takeovers(configured(ALICE), STACK, clusterWith(there)), [
      "Namespace gourmetgram-alice: belongs to the stack second\n" +
        "    fix it with: pulumi config set gourmetgram:student NAME",
    ]);
  });

  it("misses an Argo that the settings rely on", async () => {
    const config = configured({ argo: "existing" });
    assert.deepEqual(await takeovers(config, STACK, clusterWith({})), [
      "gourmetgram:argo is existing, but the cluster has no CustomResourceDefinition cronworkflows.argoproj.io, workflows.argoproj.io, workflowtemplates.argoproj.io\n" +
        "    fix it with: pulumi config set gourmetgram:argo install",
    ]);
    const argo = Object.fromEntries(CRDS.map((name) => [`CustomResourceDefinition ${name}`, {}]));
    assert.deepEqual(await takeovers(config, STACK, clusterWith(argo)), []);
  });
});

describe("a stack that is refused", () => {
  it("is told of its budget and of what exists at once, and creates nothing", async () => {
    configured({ budgetCpu: "100m" });
    const cluster = clusterWith({ "Namespace argo": { labels: OTHER } });
    await assert.rejects(
      runProgram(() => Promise.resolve(cluster)),
      /^[^]*the stack is above its budget:[^]*gourmetgram:budgetCpu is 100m[^]*the cluster has what this stack would take over, or lacks what it needs:[^]*Namespace argo: belongs to the stack second[^]*Nothing has been created or changed\.$/,
    );
    assert.deepEqual(await recorded(), []);
  });
});
