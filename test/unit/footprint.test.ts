import { recorded, resetMocks } from "../support/mocks";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { AppRepository } from "../../components/app-repository";
import { describeFootprint, estimateFootprint, Footprint, overBudget } from "../../components/footprint";
import { Mlflow } from "../../components/mlflow";
import type { FootprintOutput } from "../../components/outputs";
import { Postgres } from "../../components/postgres";
import { externalRegistry } from "../../components/registry";
import { Staging } from "../../components/staging";
import { mlflowArgs } from "../support/mlflow";

// Left out of the SDK's public types.
const { setStackResource } = createRequire(__filename)("@pulumi/pulumi/runtime/state") as {
  setStackResource: (stack: undefined) => void;
};
const GI = 2 ** 30;
const MI = 2 ** 20;
const UNKNOWN = pulumi.output(pulumi.unknown) as pulumi.Output<string>;
const VOLUMES = ["10Gi", "5Gi", "1Gi"];

/** A footprint, and the options that show it what is below a resource. */
function watching(size?: "small" | "medium" | "large") {
  const footprint = new Footprint(size);
  return { footprint, options: { transformations: [footprint.transformation] } };
}

function container(cpu: string, memory: string) {
  return {
    image: UNKNOWN,
    name: "c",
    resources: { requests: { cpu, memory }, limits: { cpu: "1", memory } },
  };
}

/** Arguments of a Deployment or StatefulSet, with only the parts that a test is about. */
function workload(spec: object): k8s.apps.v1.DeploymentArgs & k8s.apps.v1.StatefulSetArgs {
  return { metadata: { name: "d" }, spec } as unknown as k8s.apps.v1.DeploymentArgs &
    k8s.apps.v1.StatefulSetArgs;
}

describe("Footprint", () => {
  beforeEach(() => resetMocks({ preview: true }));
  // The mocks keep the stack that was made last, and with it what looks at its resources.
  afterEach(() => setStackResource(undefined));

  it("adds up pods and volumes, while images are not known", () => {
    const { footprint, options } = watching();
    const template = {
      spec: {
        initContainers: [container("300m", "64Mi")],
        containers: [container("100m", "128Mi"), container("50m", "1Gi")],
      },
    };
    new k8s.apps.v1.Deployment("two", workload({ replicas: 2, template }), options);
    new k8s.core.v1.PersistentVolumeClaim(
      "claim",
      { spec: { resources: { requests: { storage: "3Gi" } } } },
      options,
    );
    new k8s.core.v1.ConfigMap("other", { data: { a: UNKNOWN } }, options);
    assert.deepEqual(footprint.total(), {
      // The init container asks for more cores than the others together, and for less memory.
      services: { cpu: 0.6, memory: 2 * (GI + 128 * MI) },
      limits: { cpu: 4, memory: 2 * (GI + 128 * MI) },
      volumes: 3 * GI,
      pods: 2,
      run: { cpu: 0, memory: 0, volumes: 0, pods: 0 },
      runsAtOnce: 0,
    });
  });

  it("counts a volume for each pod of a StatefulSet, and one pod of what waits for a pipeline", () => {
    const { footprint, options } = watching();
    const template = { spec: { containers: [container("100m", "1Gi")] } };
    new k8s.apps.v1.Deployment("none", workload({ replicas: 0, template }), options);
    const volumeClaimTemplates = [{ spec: { resources: { requests: { storage: "2Gi" } } } }];
    new k8s.apps.v1.StatefulSet("three", workload({ replicas: 3, template, volumeClaimTemplates }), options);
    const { pods, volumes } = footprint.total();
    assert.deepEqual([pods, volumes], [4, 6 * GI]);
  });

  it("refuses numbers that only other resources know, because they would be missing in the sum", () => {
    const { options } = watching();
    const spec = { template: { spec: { containers: [container(UNKNOWN as never, "1Gi")] } } };
    assert.throws(
      () => new k8s.apps.v1.Deployment("some", workload(spec), options),
      /^Error: the footprint of kubernetes:apps\/v1:Deployment some cannot be told: its cpu is not known/m,
    );
    for (const replicas of [UNKNOWN, pulumi.output(1)]) {
      const wrong = { replicas, template: { spec: { containers: [] } } };
      assert.throws(
        () => new k8s.apps.v1.Deployment("some", workload(wrong), options),
        /replicas are not a plain number/,
      );
    }
  });

  it("sees everything that a stack registers once it is attached", async () => {
    let total: FootprintOutput | undefined;
    await pulumi.runtime.runInPulumiStack(() => {
      const claim = (name: string, storage: string) =>
        new k8s.core.v1.PersistentVolumeClaim(name, { spec: { resources: { requests: { storage } } } });
      claim("before", "1Gi");
      const footprint = new Footprint().attach();
      claim("after", "2Gi");
      total = footprint.total();
      return Promise.resolve({});
    });
    assert.equal(total?.volumes, 2 * GI);
  });

  for (const size of ["small", "medium", "large"] as const) {
    it(`is what was estimated for a student of the size ${size}`, async () => {
      const { footprint, options } = watching(size);
      const [artifacts, database, repository] = VOLUMES as [string, string, string];
      new Mlflow("mlflow", mlflowArgs({ size, storage: artifacts, image: UNKNOWN }), options);
      new Postgres("postgres", { namespace: "lab", image: UNKNOWN, storage: database, size }, options);
      new AppRepository(
        "app",
        { namespace: "lab", image: UNKNOWN, branch: "main", externalHost: "lab", storage: repository, size },
        options,
      );
      new Staging(
        "staging",
        {
          namespace: "stage",
          image: UNKNOWN,
          registry: externalRegistry("ghcr.io"),
          externalHost: "lab",
          size,
        },
        options,
      );
      assert.deepEqual(footprint.total(), estimateFootprint(size, VOLUMES));
      assert.ok((await recorded()).length > 20);
    });
  }
});

const FOOTPRINT: FootprintOutput = {
  services: { cpu: 0.07, memory: 896 * MI },
  limits: { cpu: 3, memory: 2.25 * GI },
  volumes: 16 * GI,
  pods: 4,
  run: { cpu: 0.26, memory: 1088 * MI, volumes: 4 * GI, pods: 3 },
  runsAtOnce: 1,
};

describe("describeFootprint", () => {
  it("says all of it in one line", () => {
    assert.deepEqual(estimateFootprint("small", VOLUMES), FOOTPRINT);
    assert.equal(
      describeFootprint(FOOTPRINT),
      "the stack sets aside 0.07 cores and 896 MiB of memory for 4 pods, which may take 3 cores and 2.3 GiB, and 16 GiB of volumes; a training run adds up to 0.26 cores, 1.1 GiB of memory and 4 GiB of volumes, with room for 1 at the same time",
    );
    assert.doesNotMatch(describeFootprint({ ...FOOTPRINT, runsAtOnce: 0 }), /training/);
  });
});

describe("overBudget", () => {
  it("finds nothing where all fits to the last byte, or where nothing is bounded", () => {
    assert.deepEqual(overBudget(FOOTPRINT, {}), []);
    assert.deepEqual(overBudget(FOOTPRINT, { cpu: "330m", memory: "1984Mi", storage: "20Gi" }), []);
  });

  it("names every number above its budget, and what mends it", () => {
    assert.deepEqual(overBudget(FOOTPRINT, { cpu: "329m", memory: "1983Mi", storage: "19Gi" }), [
      "gourmetgram:budgetCpu is 329m, but the stack takes 0.33 cores (0.07 cores always, 0.26 cores for training runs, 1 at the same time): choose a smaller gourmetgram:size, or raise the budget: pulumi config set gourmetgram:budgetCpu …",
      "gourmetgram:budgetMemory is 1983Mi, but the stack takes 1.9 GiB (896 MiB always, 1.1 GiB for training runs, 1 at the same time): choose a smaller gourmetgram:size, or raise the budget: pulumi config set gourmetgram:budgetMemory …",
      "gourmetgram:budgetStorage is 19Gi, but the stack takes 20 GiB (16 GiB always, 4 GiB for training runs, 1 at the same time): choose smaller volumes (gourmetgram:mlflowStorage and the like), or raise the budget: pulumi config set gourmetgram:budgetStorage …",
    ]);
  });

  it("counts as many training runs as have room at the same time", () => {
    const four = { ...FOOTPRINT, runsAtOnce: 4 };
    assert.deepEqual(overBudget(four, { cpu: "1110m" }), []);
    assert.match(overBudget(four, { cpu: "1109m" })[0] ?? "", /takes 1\.11 cores .* 4 at the same time/);
  });
});
