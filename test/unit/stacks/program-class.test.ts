import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { promiseOf, recorded, type RecordedResource, resetMocks, setConfig } from "../../support/mocks";
import { runProgram } from "../../support/program";
import { componentsOf } from "../../support/stack";
import { estimateFootprint } from "../../../stacks/footprint/footprint";
import type { BaseStackOutputs } from "../../../stacks/outputs/outputs";

const ALICE = { scope: "student", student: "alice", baseStack: "dev-base", size: "small" };

interface Metadata {
  name?: string;
  namespace?: string;
  labels?: Record<string, string>;
}

const metadataOf = ({ inputs }: Pick<RecordedResource, "inputs">): Metadata =>
  (inputs["metadata"] ?? {}) as Metadata;
const kubernetes = (all: readonly RecordedResource[]) =>
  all.filter(({ type }) => type.startsWith("kubernetes:"));

const EXTERNAL = { scope: "base", externalRegistry: "registry.example.org" };

/** The rules for students' pods. */
const podPolicyOf = (all: readonly RecordedResource[]): unknown =>
  all.find(
    ({ inputs, type }) =>
      type.endsWith(":ValidatingAdmissionPolicy") &&
      metadataOf({ inputs }).name === "gourmetgram-student-pods",
  )?.inputs;

/** Kinds that belong to the cluster as a whole. */
const CLUSTER_WIDE =
  /:(?:Namespace|CustomResourceDefinition|PriorityClass|Cluster\w+|ValidatingAdmission\w+|FlowSchema)$/;

/** Runs the program once; the tests only look at what it did. */
function running(name: string, config: Record<string, string>, more: (stack: Stack) => void): void {
  describe(name, () => {
    const stack = {} as Stack;
    before(async () => {
      // As a preview, in which nobody asks the cluster for a token.
      resetMocks({ preview: true });
      setConfig(config);
      stack.outputs = await runProgram();
      stack.all = await recorded();
    });
    more(stack);
  });
}

interface Stack {
  outputs: Record<string, pulumi.Output<unknown>>;
  all: readonly RecordedResource[];
}

running("the base of a class", { scope: "base" }, (stack) => {
  it("is made of these components", () => {
    assert.deepEqual(componentsOf(stack.all), [
      "gourmetgram:index:Ownership ownership",
      "gourmetgram:index:BaseGuard guard",
      "gourmetgram:index:StudentAdmission admission",
      "gourmetgram:index:BasePriority priority",
      "gourmetgram:index:ApiFairness api-fairness",
      "gourmetgram:index:LocalRegistry registry",
      "gourmetgram:index:TrainingBaseImage training-base-image",
      "gourmetgram:index:TrainingImage training-image",
      "gourmetgram:index:PipelineImage pipeline-image",
      "gourmetgram:index:AppBaseImage app-base-image",
      "gourmetgram:index:MlflowImage mlflow-image",
      "gourmetgram:index:GitServerImage git-server-image",
      "gourmetgram:index:ArgoWorkflows argo",
    ]);
  });

  it("tells students' stacks all that they need", async () => {
    const { base } = (await promiseOf(pulumi.output(stack.outputs))) as unknown as BaseStackOutputs;
    assert.deepEqual(base.argo, { serverUrl: "https://localhost:30746", namespace: "argo" });
    assert.equal(base.registry.forPulling, "localhost:30500");
    for (const each of [base.images.mlflow, base.images.pipeline, base.images.gitServer]) {
      assert.match(each ?? "", /^localhost:30500\/gourmetgram-[a-z]+@sha256:/);
    }
  });

  it("makes its guard first, and has everything else go before it", () => {
    const rules = stack.all.filter(({ type }) => type.endsWith("ValidatingAdmissionPolicyBinding"));
    // Its own, and four for what students write: the API server lets no rule guard rules.
    assert.equal(rules.length, 5);
    const others = kubernetes(stack.all).filter(({ type }) => !type.includes("admissionregistration"));
    for (const { urn } of rules) {
      assert.deepEqual(
        others.filter(({ dependencies }) => !dependencies.includes(urn)).map((each) => each.urn),
        [],
      );
    }
  });

  it("has students' pods run no image of another student", () => {
    const text = JSON.stringify(podPolicyOf(stack.all));
    assert.match(text, /!each\.startsWith\(\\"localhost:30500\/\\"\) \|\| !each\.substring\(16\)/);
    assert.match(text, /namespaceObject\.metadata\.labels\[\\"gourmetgram.dev\/student\\"\]/);
  });

  it("has the label on everything by which the guard knows it", () => {
    const without = kubernetes(stack.all).filter(
      (each) => metadataOf(each).labels?.["gourmetgram.dev/scope"] !== "base",
    );
    assert.deepEqual(
      without.map(({ urn }) => urn),
      [],
    );
  });

  it("gives its pods more priority than students'", () => {
    const deployments = stack.all.filter(({ type }) => type.endsWith(":Deployment"));
    assert.equal(deployments.length, 3);
    for (const { inputs, urn } of deployments) {
      assert.match(JSON.stringify(inputs), /"priorityClassName":"gourmetgram-base"/, urn);
    }
  });

  it("lets Argo list everywhere, and act nowhere by itself", () => {
    const roles = stack.all.filter(({ type }) => type.endsWith(":ClusterRole"));
    const bindings = stack.all.filter(({ type }) => type.endsWith(":ClusterRoleBinding"));
    const rules = (name: string) =>
      roles
        .filter((each) => metadataOf(each).name === name)
        .flatMap(({ inputs }) => inputs["rules"] as unknown as { verbs: string[]; resources: string[] }[]);
    assert.deepEqual(bindings.map((each) => (each.inputs["roleRef"] as { name: string }).name).sort(), [
      "gourmetgram-argo-server-lists",
      "gourmetgram-workflow-controller-lists",
    ]);
    for (const name of ["gourmetgram-argo-server-lists", "gourmetgram-workflow-controller-lists"]) {
      for (const { verbs, resources } of rules(name)) {
        assert.ok(verbs.every((verb) => verb === "list" || verb === "watch"));
        assert.ok(!resources.includes("secrets"));
      }
    }
    const acts = rules("gourmetgram-workflow-controller");
    assert.ok(acts.some(({ verbs, resources }) => resources.includes("pods") && verbs.includes("create")));
    assert.ok(acts.every(({ verbs }) => !verbs.includes("list") && !verbs.includes("watch")));
  });
});

running("the base of a class with a registry elsewhere", EXTERNAL, (stack) => {
  it("does not tell students' images apart, which one account pulls", () => {
    const text = JSON.stringify(podPolicyOf(stack.all));
    assert.doesNotMatch(text, /registry\.example\.org|namespaceObject/);
    assert.match(text, /names an image by its ID/);
  });
});

running("a student's stack", ALICE, (stack) => {
  it("owns nothing of the cluster but its three namespaces and the way of its requests", () => {
    const all = stack.all.filter(({ type }) => CLUSTER_WIDE.test(type));
    const [flow, ...others] = all.filter(({ type }) => type.endsWith(":FlowSchema"));
    assert.deepEqual([flow && metadataOf(flow).name, others], ["gourmetgram-student-alice", []]);
    const wide = all.filter((each) => each !== flow);
    assert.deepEqual(wide.map((each) => [each.type, metadataOf(each).name]).sort(), [
      ["kubernetes:core/v1:Namespace", "gourmetgram-alice"],
      ["kubernetes:core/v1:Namespace", "gourmetgram-alice-build"],
      ["kubernetes:core/v1:Namespace", "gourmetgram-alice-staging"],
    ]);
    for (const each of wide) {
      assert.equal(metadataOf(each).labels?.["gourmetgram.dev/student"], "alice");
    }
  });

  it("keeps to its namespaces, but for what tells the base of it", () => {
    const outside = kubernetes(stack.all).filter(
      (each) =>
        !CLUSTER_WIDE.test(each.type) &&
        !["gourmetgram-alice", "gourmetgram-alice-staging", "gourmetgram-alice-build"].includes(
          metadataOf(each).namespace ?? "",
        ),
    );
    assert.deepEqual(
      outside.map((each) => [each.type, metadataOf(each).namespace, metadataOf(each).name]).sort(),
      [
        ["kubernetes:core/v1:ConfigMap", "argo", "student-alice"],
        ["kubernetes:core/v1:SecretPatch", "kube-system", "registry-users"],
      ],
    );
  });

  it("tells the base before its namespaces are made, and until they are gone", () => {
    const marker = stack.all.find((each) => metadataOf(each).name === "student-alice");
    assert.ok(marker !== undefined);
    for (const { type, dependencies, urn } of stack.all) {
      if (type.endsWith(":Namespace")) assert.ok(dependencies.includes(marker.urn), urn);
    }
  });

  it("builds no image, and opens no port of a node", () => {
    assert.deepEqual(
      stack.all.filter(({ type }) => type.startsWith("docker:")),
      [],
    );
    for (const { inputs, urn } of stack.all.filter(({ type }) => type.endsWith(":Service"))) {
      const { type } = inputs["spec"] as { type?: string };
      assert.ok(type === "ClusterIP" || type === undefined, urn);
    }
  });

  it("has a BuildKit of its own, without a pod, that only its steps reach and that reaches the registry", () => {
    const inside = stack.all.filter((each) => metadataOf(each).namespace === "gourmetgram-alice-build");
    const [server] = inside.filter(({ type }) => type.endsWith(":Deployment"));
    assert.equal((server?.inputs["spec"] as { replicas?: number } | undefined)?.replicas, 0);
    assert.doesNotMatch(JSON.stringify(server?.inputs), /priorityClassName/);
    const [policy, ...others] = inside.filter(({ type }) => type.endsWith(":NetworkPolicy"));
    assert.deepEqual(others, []);
    const { ingress, egress } = policy?.inputs["spec"] as { ingress: unknown; egress: unknown };
    assert.match(
      JSON.stringify(ingress),
      /"kubernetes.io\/metadata.name":"gourmetgram-alice"}.*"gourmetgram.dev\/role":"build-image"/,
    );
    assert.match(JSON.stringify(egress), /"kube-system".*"app.kubernetes.io\/name":"registry"/);
    // Nobody but the account of the pods that build has a right there.
    const bound = inside.filter(({ type }) => type.endsWith(":RoleBinding"));
    assert.deepEqual(
      bound.map(({ inputs }) => (inputs["subjects"] as { name: string }[]).map(({ name }) => name)),
      [["build-container-image"]],
    );
    assert.equal(inside.filter((each) => metadataOf(each).name === "no-priority").length, 1);
  });

  it("has its addresses and images under its name", async () => {
    assert.equal(
      await promiseOf(stack.outputs["mlflowUrl"] as pulumi.Output<string>),
      "http://mlflow.gourmetgram-alice.svc.cluster.local:8000",
    );
    assert.match(JSON.stringify(stack.all), /5000\/alice\/gourmetgram-app"/);
    assert.doesNotMatch(JSON.stringify(stack.all), /5000\/gourmetgram-app"/);
  });

  it("takes what was estimated for its size", async () => {
    assert.deepEqual(
      await promiseOf(stack.outputs["footprint"] as pulumi.Output<object>),
      estimateFootprint("small", ["10Gi", "5Gi", "1Gi"]),
    );
  });
});

describe("a stack above its budget", () => {
  it("is refused with every number", async () => {
    resetMocks();
    setConfig({ ...ALICE, budgetCpu: "100m", budgetMemory: "1Gi", budgetStorage: "1Gi" });
    await assert.rejects(runProgram(), (error: Error) => {
      for (const key of ["budgetCpu", "budgetMemory", "budgetStorage"])
        assert.match(error.message, new RegExp(key));
      return true;
    });
    assert.deepEqual(await recorded(), []);
  });
});

running(
  "a student's stack on an Argo that existed before the class",
  { ...ALICE, argo: "existing" },
  (stack) => {
    it("binds nobody to rights that only the lab's own Argo has", () => {
      const bound = kubernetes(stack.all).filter(({ inputs }) =>
        JSON.stringify(inputs).includes('"ClusterRole"'),
      );
      assert.deepEqual(bound, []);
      assert.ok(!componentsOf(stack.all).some((each) => each.includes("ArgoAccess")));
    });
  },
);
