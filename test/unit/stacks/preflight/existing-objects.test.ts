import { recorded, type RecordedResource, resetMocks, setConfig, STACK } from "../../../support/mocks";
import { runProgram } from "../../../support/program";
import assert from "node:assert/strict";
import type { KubernetesObject } from "@kubernetes/client-node";
import { claimedObjects, claimedPorts } from "../../../../stacks/preflight/claims/cluster-claims";
import { loadConfig } from "../../../../config/load";
import type { StackConfig } from "../../../../config/stack-config";
import type { ObjectName } from "../../../../stacks/preflight/live-cluster";
import { existingObjects, takenPorts } from "../../../../stacks/preflight/claims/existing-objects";
import { textOf } from "../../../../stacks/preflight/finding";
import { clusterWith, object } from "../../../support/live-cluster";
import { dataName } from "../../../../components/kubernetes/data/name";

const OWN = { "app.kubernetes.io/instance": STACK, "app.kubernetes.io/managed-by": "pulumi" };
const OTHER = { ...OWN, "app.kubernetes.io/instance": "second" };
const LAB = { "app.kubernetes.io/part-of": "gourmetgram" };
const ALICE = { scope: "student", student: "alice", baseStack: "course-base" };

const labelled = (labels: object, more: object = {}) => ({ metadata: { labels, ...more } });

/** What two of the inspections find, as text. */
async function findings(config: StackConfig, objects: readonly KubernetesObject[]): Promise<string[]> {
  const inspected = { config, stack: STACK, cluster: clusterWith({ objects }), nodes: [] };
  return [...(await existingObjects(inspected)), ...(await takenPorts(inspected))].map(textOf);
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
    /:(Namespace|CustomResourceDefinition|ClusterRole|ClusterRoleBinding|PriorityClass|PriorityLevelConfiguration|ValidatingAdmissionPolicy|ValidatingAdmissionPolicyBinding)$/;

  const nameOf = ({ type, inputs }: RecordedResource): ObjectName => {
    const { name, namespace } = (inputs["metadata"] ?? {}) as { name: string; namespace?: string };
    const [, group = "", kind = ""] = type.split(":");
    const apiVersion = group.startsWith("core/") ? "v1" : group;
    return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
  };
  const textOf = ({ apiVersion, kind, namespace = "", name }: ObjectName) =>
    `${apiVersion} ${kind} ${namespace}/${name}`;

  const stacks = {
    "a lab": {},
    "a lab with an Argo and a registry from elsewhere": {
      argo: "existing",
      externalRegistry: "registry.example.org/course",
    },
    "the base of a class": { scope: "base" },
    "a student": ALICE,
  };
  const resources = new Map<string, readonly RecordedResource[]>();
  /** What a stack registers: each program runs once for all tests. */
  const resourcesOf = async (title: keyof typeof stacks): Promise<readonly RecordedResource[]> => {
    const known = resources.get(title);
    if (known !== undefined) return known;
    configured(stacks[title]);
    await runProgram();
    const all = [...(await recorded())];
    resources.set(title, all);
    return all;
  };

  for (const title of Object.keys(stacks) as (keyof typeof stacks)[]) {
    it(`is everything with a fixed name outside of its own namespaces: ${title}`, async () => {
      const config = configured(stacks[title]);
      const objects = (await resourcesOf(title)).filter(
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
      // The claim of the registry, which may have outlived the stack: no other stack gives it this name.
      const volume = `v1 PersistentVolumeClaim kube-system/${dataName("registry-data")}`;
      assert.deepEqual(
        claimedObjects(config).map(textOf).sort(),
        fixed
          .map((each) => textOf(nameOf(each)))
          .filter((text) => text !== marker && text !== volume)
          .sort(),
      );
    });

    it(`is every node port that it asks for: ${title}`, async () => {
      const config = configured(stacks[title]);
      const asked = (await resourcesOf(title)).flatMap(({ type, inputs }) => {
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
    for (const title of ["a lab", "the base of a class", "a student"] as const) {
      for (const { type, urn, inputs } of await resourcesOf(title)) {
        if (!type.startsWith("kubernetes:")) continue;
        const { labels = {} } = (inputs["metadata"] ?? {}) as { labels?: Record<string, string> };
        const { "app.kubernetes.io/instance": instance, "app.kubernetes.io/managed-by": manager } = labels;
        const expected = patches.test(type) ? [undefined, undefined] : [STACK, "pulumi"];
        assert.deepEqual([instance, manager], expected, urn);
        // Kinds stay when the stack is destroyed, and are then the next one's.
        const unowned = patches.test(type) || type.endsWith(":CustomResourceDefinition");
        assert.equal(labels["gourmetgram.dev/owner"]?.length, unowned ? undefined : 16, urn);
      }
    }
  });
});

describe("what exists already", () => {
  it("is nothing on an empty cluster, nor where all there is belongs to the stack", async () => {
    const config = configured();
    assert.deepEqual(await findings(config, []), []);
    const own = claimedObjects(config).map(({ kind, namespace, name }) =>
      object(kind, namespace === undefined ? name : `${namespace}/${name}`, labelled(OWN)),
    );
    const service = object("Service", "kube-system/mine", {
      ...labelled(OWN),
      spec: { ports: [{ nodePort: 30500 }] },
    });
    assert.deepEqual(await findings(config, [...own, service]), []);
  });

  it("is named if it is another stack's, each kind once, with what avoids it", async () => {
    const spec = { ports: [{ nodePort: 30500 }, { nodePort: 31999 }] };
    const objects = [
      ...CRDS.map((name) => object("CustomResourceDefinition", name, labelled(OTHER))),
      object("Service", "kube-system/registry", { ...labelled(OTHER), spec }),
    ];
    assert.deepEqual(await findings(configured(), objects), [
      `CustomResourceDefinition ${CRDS.join(", ")}: belongs to the stack second\n` +
        "    fix: pulumi config set gourmetgram:argo existing\n" +
        "    fix: kubectl delete crd -l app.kubernetes.io/instance=second   (if that stack is gone; deletes all objects of these kinds)",
      "Service kube-system/registry: belongs to the stack second\n" +
        "    fix: pulumi config set gourmetgram:externalRegistry HOST:PORT",
      "node port 30500 (gourmetgram:registryNodePort): already used by the Service kube-system/registry\n" +
        "    fix: pulumi config set gourmetgram:registryNodePort PORT   (30000 to 32767)",
    ]);
  });

  it("is not the stack's because another tool uses the same label", async () => {
    const helm = { "app.kubernetes.io/instance": STACK, "app.kubernetes.io/managed-by": "Helm" };
    assert.deepEqual(await findings(configured(), [object("Namespace", "argo", labelled(helm))]), [
      "Namespace argo: exists already, and does not belong to this stack (app.kubernetes.io/managed-by: Helm)\n" +
        "    fix: pulumi config set gourmetgram:argoNamespace NAME",
    ]);
  });

  it("can be kept if an earlier version of this program made it", async () => {
    const [text = ""] = await findings(configured(), [
      object("Deployment", "kube-system/registry", labelled(LAB)),
    ]);
    assert.match(
      text,
      /kubectl label deployment registry -n kube-system app\.kubernetes\.io\/instance=test app\.kubernetes\.io\/managed-by=pulumi {3}\(if this stack made it before 0\.2\)$/,
    );
  });

  it("is waited for while it is being deleted, be it the stack's own", async () => {
    const ending = labelled(OWN, { deletionTimestamp: "2026-01-01T00:00:00Z" });
    assert.deepEqual(await findings(configured(), [object("Namespace", "gourmetgram-staging", ending)]), [
      "Namespace gourmetgram-staging: is being deleted\n    fix: the same command again, once it is deleted",
    ]);
  });

  it("asks for another name of a student whose namespaces are there", async () => {
    const there = object("Namespace", "gourmetgram-alice", labelled(OTHER));
    assert.deepEqual(await findings(configured(ALICE), [there]), [
      "Namespace gourmetgram-alice: belongs to the stack second\n" +
        "    fix: pulumi config set gourmetgram:student NAME",
    ]);
  });
});

describe("a stack that is refused", () => {
  it("is told of its budget and of what exists at once, and creates nothing", async () => {
    configured({ budgetCpu: "100m" });
    const cluster = clusterWith({ objects: [object("Namespace", "argo", labelled(OTHER))], version: "1.29" });
    await assert.rejects(
      runProgram(() => Promise.resolve(cluster)),
      /^[^]*the stack is above its budget:[^]*gourmetgram:budgetCpu is 100m[^]*the cluster does not fit this stack:[^]*Kubernetes 1\.29: expected 1\.30 or later[^]*Namespace argo: belongs to the stack second[^]*Nothing has been created or changed\.$/,
    );
    assert.deepEqual(await recorded(), []);
  });

  it("is one whose cluster does not answer, except in a preview", async () => {
    const silent = () => Promise.reject(new Error("connect ECONNREFUSED 127.0.0.1:6443"));
    configured();
    await assert.rejects(
      runProgram(silent),
      /the cluster does not fit this stack:\n {2}it cannot be inspected: connect ECONNREFUSED 127\.0\.0\.1:6443\n/,
    );
    assert.deepEqual(await recorded(), []);
    resetMocks({ preview: true });
    await runProgram(silent);
    assert.ok((await recorded()).length > 0);
  });
});
