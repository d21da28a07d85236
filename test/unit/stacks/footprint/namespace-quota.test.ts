import { onlyResource, recorded, resetMocks } from "../../../support/mocks";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type Amounts, NOTHING, podAmounts, sum, times } from "../../../../components/sizes/amounts";
import {
  EXECUTOR_RESOURCES,
  MAIN_CONTAINER_RESOURCES,
} from "../../../../components/argo/argo-controller-config";
import { peakOfRun, peakOfSize } from "../../../../stacks/footprint/footprint-of-run";
import { peakOf } from "../../../../stacks/footprint/footprint-of-workflows";
import { type Resources, type SizeName, SIZES } from "../../../../components/sizes/lab-size";
import { noPriority, quota, roomOf, servicesOf } from "../../../../stacks/footprint/namespace-quota";
import { bytesOf, coresOf } from "../../../../components/kubernetes/quantity";
import { trainingManifests } from "../../../../workflows/training-manifests";
import { TRAINING_ARGS } from "../../../support/training";

const VOLUMES = ["10Gi", "5Gi", "1Gi"];
const FREE: Resources = { requests: { cpu: "0", memory: "0" }, limits: { cpu: "0", memory: "0" } };

/** A step that asks for so many thousandths of a core, and may take the same. */
function pod(name: string, milli: number, more: object = {}) {
  const amount = { cpu: `${milli}m`, memory: "1Mi" };
  return { name, container: { resources: { requests: amount, limits: amount } }, ...more };
}

function workflow(templates: object[], more: object = {}) {
  return {
    kind: "WorkflowTemplate",
    metadata: { name: "some" },
    spec: { entrypoint: "main", templates, ...more },
  };
}

/** Cores and pods at the peak, with an Argo whose own containers take nothing. */
function peak(...objects: object[]): [cores: number, pods: number] {
  const { "requests.cpu": cores, pods } = peakOf(objects, FREE);
  return [cores, pods];
}

const step = (template: string, more: object = {}) => ({ name: template, template, ...more });

/** What Argo fills in. In two parts, because only the model writes such references out. */
const REFERENCE = ["{", "x", "}"].map((part) => (part === "x" ? part : part.repeat(2))).join("");

describe("the peak of a run", () => {
  const [a, b, c, d] = [pod("a", 100), pod("b", 200), pod("c", 400), pod("d", 800)];

  it("adds what runs side by side, and takes the greatest of what runs one after the other", () => {
    const main = { name: "main", steps: [[step("a"), step("b")], [step("c")], [step("a"), step("a")]] };
    // The second group has the most cores, the others the most pods.
    assert.deepEqual(peak(workflow([main, a, b, c])), [0.4, 2]);
  });

  it("adds the tasks of a DAG of which none waits for another", () => {
    const tasks = [
      step("a"),
      step("b", { dependencies: ["a"] }),
      step("c", { dependencies: ["a"] }),
      step("d", { depends: "b && c" }),
    ];
    assert.deepEqual(peak(workflow([{ name: "main", dag: { tasks } }, a, b, c, d])), [0.8, 2]);
    const beside = [step("a"), step("b", { dependencies: ["a"] }), step("c")];
    assert.deepEqual(peak(workflow([{ name: "main", dag: { tasks: beside } }, a, b, c])), [0.6, 2]);
  });

  it("looks into templates that run others", () => {
    const main = { name: "main", steps: [[step("inner"), step("a")]] };
    const inner = { name: "inner", steps: [[step("b")], [step("c")]] };
    assert.deepEqual(peak(workflow([main, inner, a, b, c])), [0.5, 2]);
  });

  it("takes the exit handler for what comes after the rest", () => {
    const main = { name: "main", steps: [[step("a")]] };
    assert.deepEqual(peak(workflow([main, a, d], { onExit: "d" })), [0.8, 1]);
    assert.deepEqual(peak(workflow([main, a, d])), [0.1, 1]);
  });

  it("adds a run that a step starts and waits for, with the claims of both", () => {
    const claims = [{ spec: { resources: { requests: { storage: "1Gi" } } } }];
    const manifest = "kind: Workflow\nspec:\n  workflowTemplateRef:\n    name: child";
    const trigger = { name: "trigger", resource: { action: "create", manifest } };
    const parent = workflow([{ name: "main", steps: [[step("a")], [step("trigger")]] }, a, trigger], {
      volumeClaimTemplates: claims,
    });
    const child = {
      ...workflow([{ name: "main", steps: [[step("b"), step("c")]] }, b, c], {
        volumeClaimTemplates: [...claims, ...claims],
      }),
      metadata: { name: "child" },
    };
    assert.deepEqual(peak(parent, child), [0.6, 3]);
    const whole = peakOf([parent, child], FREE);
    assert.deepEqual([whole.persistentvolumeclaims, whole["requests.storage"]], [3, 3 * 2 ** 30]);
  });

  it("counts Argo's own containers: one beside the step's, one before it", () => {
    const main = pod("main", 5);
    const executor = { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "500m", memory: "256Mi" } };
    const {
      "requests.cpu": cpu,
      "limits.cpu": most,
      "limits.memory": memory,
    } = peakOf([workflow([main])], executor);
    // Beside the step: 10m + 5m. Before it: 10m, which is less.
    assert.deepEqual([cpu, most, memory], [0.015, 0.505, 257 * 2 ** 20]);
    const trigger = { name: "main", resource: { action: "get", manifest: "kind: ConfigMap" } };
    assert.deepEqual(peakOf([workflow([trigger])], executor), podAmounts([executor]));
    const initContainers = [
      { resources: { requests: { cpu: "2", memory: "1Mi" }, limits: { cpu: "2", memory: "1Mi" } } },
    ];
    assert.equal(peakOf([workflow([{ ...main, initContainers }])], executor)["requests.cpu"], 2);
  });

  it("adds the containers of a set, also those that wait for others: all of them start together", () => {
    const containers = [a, b, c].map(({ name, container }) => ({ name, ...container, dependencies: ["x"] }));
    assert.deepEqual(peak(workflow([{ name: "main", containerSet: { containers } }])), [0.7, 1]);
  });

  it("takes Argo's default where a step names nothing", () => {
    assert.deepEqual(
      peakOf([workflow([{ name: "main", container: {} }])], FREE),
      podAmounts([MAIN_CONTAINER_RESOURCES, FREE]),
    );
  });

  it("does not guess what is known only when it runs", () => {
    for (const [templates, message] of [
      [[{ name: "main", steps: [[step("a", { withParam: REFERENCE })]] }, a], /main: how often a runs/],
      [[{ name: "main", steps: [[step("main", { when: "x" })]] }], /main: it runs itself/],
      [[pod("main", 1, { daemon: true })], /main: when it ends/],
      [
        [{ name: "main", container: { resources: { requests: { cpu: REFERENCE } } } }],
        /cpu is not known before/,
      ],
      [[{ name: "main", steps: [[step("missing")]] }], /main: what missing runs/],
    ] as const) {
      assert.throws(() => peak(workflow([...templates])), message);
    }
  });
});

describe("the room of a student's namespace", () => {
  beforeEach(() => resetMocks());

  const hard = async (size: SizeName) => {
    quota("platform", { namespace: "lab", size, volumes: VOLUMES }, {});
    const { inputs } = await onlyResource("kubernetes:core/v1:ResourceQuota");
    return (inputs["spec"] as { hard: Record<string, string> }).hard;
  };

  it("follows from the workflows as they are rendered", () => {
    for (const size of ["small", "medium", "large"] as const) {
      assert.deepEqual(peakOfSize(size), peakOfRun(trainingManifests({ ...TRAINING_ARGS, size })));
    }
    // Training by itself, or two pods: the step that waits for the build, and one at a time of that.
    const { requests } = SIZES.small.training;
    const trained = podAmounts([SIZES.small.training, EXECUTOR_RESOURCES]);
    const small = peakOfSize("small");
    assert.equal(small["requests.cpu"], coresOf(requests.cpu) + 0.01);
    assert.equal(small["limits.memory"], trained["limits.memory"]);
    assert.deepEqual([small.pods, small.persistentvolumeclaims, small["requests.storage"]], [2, 0, 0]);
  });

  for (const size of ["small", "medium", "large"] as const) {
    it(`in ${size} has each service twice and the runs, and not a pod more`, async () => {
      const { runsAtOnce } = SIZES[size];
      const limits = await hard(size);
      const fits = (amounts: Amounts) =>
        Object.entries(amounts).every(([name, amount]) => {
          const quantity = limits[name] ?? "";
          const limit = name.endsWith(".cpu") ? coresOf(quantity) : bytesOf(quantity);
          return amount <= limit;
        });
      const volumes = { ...NOTHING, persistentvolumeclaims: 3, "requests.storage": bytesOf("16Gi") };
      const full = sum([times(2, servicesOf(SIZES[size])), volumes, times(runsAtOnce, peakOfSize(size))]);
      assert.ok(fits(full));
      const smallest = podAmounts([EXECUTOR_RESOURCES]);
      assert.ok(!fits(sum([full, smallest])));
      for (const name of Object.keys(smallest) as (keyof Amounts)[]) {
        if (smallest[name] > 0) assert.ok(!fits({ ...full, [name]: full[name] + smallest[name] }), name);
      }
      assert.ok(!fits({ ...full, persistentvolumeclaims: full.persistentvolumeclaims + 1 }));
      assert.ok(!fits({ ...full, "requests.storage": full["requests.storage"] + 1 }));
      assert.deepEqual(roomOf({ size, volumes: VOLUMES }), full);
    });
  }

  it("is exactly this in small", async () => {
    assert.deepEqual(await hard("small"), {
      "requests.cpu": "360m",
      "limits.cpu": "8500m",
      "requests.memory": "2368Mi",
      "limits.memory": "6912Mi",
      pods: "8",
      persistentvolumeclaims: "3",
      "requests.storage": "16Gi",
      "limits.ephemeral-storage": "22Gi",
      "count/workflowtaskresults.argoproj.io": "200",
      "count/workflows.argoproj.io": "200",
      "services.nodeports": "0",
      "services.loadbalancers": "0",
    });
    assert.deepEqual((await onlyResource("kubernetes:core/v1:LimitRange")).inputs["spec"], {
      limits: [
        {
          type: "Container",
          default: { cpu: "1", memory: "512Mi", "ephemeral-storage": "2Gi" },
          // A node that does not measure its disk has none to set aside.
          defaultRequest: { cpu: "100m", memory: "128Mi", "ephemeral-storage": "0" },
          max: { cpu: "1500m", memory: "3Gi", "ephemeral-storage": "2Gi" },
        },
      ],
    });
  });

  it("lets every container of the lab in, also those of the largest size", async () => {
    quota("platform", { namespace: "lab", size: "large", volumes: [] }, {});
    const { inputs } = await onlyResource("kubernetes:core/v1:LimitRange");
    const [{ max }] = (inputs["spec"] as { limits: [{ max: unknown }] }).limits;
    assert.deepEqual(max, { cpu: "4", memory: "6Gi", "ephemeral-storage": "2Gi" });
  });

  it("has none for pods of any priority", async () => {
    noPriority("platform", "lab", {});
    assert.deepEqual((await onlyResource("kubernetes:core/v1:ResourceQuota")).inputs["spec"], {
      hard: { pods: "0" },
      scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "Exists" }] },
    });
  });

  it("belongs to a component, and waits for the namespace", async () => {
    const parent = new pulumi.ComponentResource("test:Parent", "platform");
    quota("platform", { namespace: "lab", size: "small", volumes: VOLUMES }, { parent });
    const made = (await recorded()).filter(({ custom }) => custom);
    assert.deepEqual(
      made.map(({ name, inputs }) => [name, inputs["metadata"]]),
      [
        ["platform-quota", { name: "platform", namespace: "lab" }],
        ["platform-limits", { name: "platform", namespace: "lab" }],
      ],
    );
  });
});
