import { recorded, type RecordedResource, resetMocks, setConfig } from "../../../support/mocks";
import { runProgram } from "../../../support/program";
import assert from "node:assert/strict";
import { sum } from "../../../../components/sizes/amounts";
import { loadConfig } from "../../../../config/load";
import {
  describeFootprint,
  estimateFootprint,
  footprintOf,
  overBudget,
} from "../../../../stacks/footprint/footprint";
import type { FootprintOutput } from "../../../../stacks/outputs/outputs";
import { registeredAmounts } from "../../../support/registered-amounts";

const GI = 2 ** 30;
const MI = 2 ** 20;
const VOLUMES = ["10Gi", "5Gi", "1Gi"];
const ALICE = { scope: "student", student: "alice", baseStack: "course-base" };

/** What resources add up to, by what was asked of the engine. */
function total(all: readonly RecordedResource[]): Omit<FootprintOutput, "run" | "runsAtOnce"> {
  const amounts = sum(all.map(({ type, inputs }) => registeredAmounts(type, inputs)));
  return {
    services: { cpu: amounts["requests.cpu"], memory: amounts["requests.memory"] },
    limits: { cpu: amounts["limits.cpu"], memory: amounts["limits.memory"] },
    volumes: amounts["requests.storage"],
    pods: amounts.pods,
  };
}

describe("footprintOf", () => {
  const configurations: Record<string, Parameters<typeof setConfig>> = {
    "a lab": [{}],
    "a small lab": [{ size: "small" }],
    "a large lab": [{ size: "large", mlflowStorage: "1Gi", buildCacheStorage: "3Gi" }],
    "a lab with services from elsewhere": [
      {
        argo: "existing",
        externalRegistry: "registry.example.org/course",
        appRepositoryUrl: "https://git.example.org/app.git",
        mlflowArtifactRoot: "s3://bucket/mlflow",
      },
      { mlflowDatabaseUri: "postgresql://mlflow:hush@db.example.org/mlflow" },
    ],
    "the base of a class": [{ scope: "base" }],
    "the base of a class with a registry from elsewhere": [
      { scope: "base", externalRegistry: "registry.example.org/course" },
    ],
    "a student": [ALICE],
    "a student without a git server": [{ ...ALICE, appRepositoryUrl: "https://git.example.org/app.git" }],
  };
  for (const [title, given] of Object.entries(configurations)) {
    it(`tells what ${title} registers`, async () => {
      resetMocks();
      setConfig(...given);
      const { run, runsAtOnce, ...always } = footprintOf(loadConfig());
      await runProgram();
      assert.deepEqual(always, total(await recorded()));
      const trains = given[0]["scope"] !== "base";
      assert.deepEqual([run.pods > 0, runsAtOnce > 0], [trains, trains]);
    });
  }

  for (const size of ["small", "medium", "large"] as const) {
    it(`is what was estimated for a student of the size ${size}`, () => {
      resetMocks();
      setConfig({ ...ALICE, size });
      assert.deepEqual(footprintOf(loadConfig()), estimateFootprint(size, VOLUMES));
    });
  }

  it("leaves room for ten small students and a run on two cores and 24 GiB, beside the base and a kind cluster's own", () => {
    resetMocks();
    setConfig({ scope: "base" });
    const base = footprintOf(loadConfig()).services;
    const { services, run } = estimateFootprint("small", VOLUMES);
    // API server, controllers, scheduler, etcd, two of CoreDNS, kube-router and the storage provisioner.
    const own = { cpu: 0.25 + 0.2 + 0.1 + 0.1 + 2 * 0.1 + 0.05 + 0.01, memory: 512 * MI };
    for (const [what, most] of [["cpu", 2] as const, ["memory", 23 * GI] as const]) {
      const needed = own[what] + base[what] + 10 * services[what] + run[what];
      assert.ok(needed <= most, `${what}: ${needed} of ${most}`);
    }
  });
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
    // A run of the lab claims no volumes; one that does is told of all the same.
    const run = { ...FOOTPRINT.run, volumes: 0 };
    assert.deepEqual(estimateFootprint("small", VOLUMES), { ...FOOTPRINT, run });
    assert.equal(
      describeFootprint(FOOTPRINT),
      "the stack sets aside 0.07 cores and 896 MiB of memory for 4 pods, which may take 3 cores and 2.3 GiB, and 16 GiB of volumes; a training run adds up to 0.26 cores and 1.1 GiB of memory and 4 GiB of volumes, with room for 1 at the same time",
    );
    assert.doesNotMatch(describeFootprint({ ...FOOTPRINT, runsAtOnce: 0 }), /training/);
  });
});

describe("overBudget", () => {
  it("finds nothing where all fits to the last byte, or where nothing is bounded", () => {
    assert.deepEqual(overBudget(FOOTPRINT, {}), []);
    assert.deepEqual(
      overBudget(FOOTPRINT, { budgetCpu: "330m", budgetMemory: "1984Mi", budgetStorage: "20Gi" }),
      [],
    );
  });

  it("names every number above its budget, and what fixes it", () => {
    assert.deepEqual(
      overBudget(FOOTPRINT, { budgetCpu: "329m", budgetMemory: "1983Mi", budgetStorage: "19Gi" }),
      [
        "gourmetgram:budgetCpu is 329m, but the stack takes 0.33 cores (0.07 cores always, 0.26 cores for training runs, 1 at the same time): choose a smaller gourmetgram:size, or raise the budget: pulumi config set gourmetgram:budgetCpu …",
        "gourmetgram:budgetMemory is 1983Mi, but the stack takes 1.9 GiB (896 MiB always, 1.1 GiB for training runs, 1 at the same time): choose a smaller gourmetgram:size, or raise the budget: pulumi config set gourmetgram:budgetMemory …",
        "gourmetgram:budgetStorage is 19Gi, but the stack takes 20 GiB (16 GiB always, 4 GiB for training runs, 1 at the same time): choose smaller volumes (gourmetgram:mlflowStorage and the like), or raise the budget: pulumi config set gourmetgram:budgetStorage …",
      ],
    );
  });

  it("counts as many training runs as have room at the same time", () => {
    const four = { ...FOOTPRINT, runsAtOnce: 4 };
    assert.deepEqual(overBudget(four, { budgetCpu: "1110m" }), []);
    assert.match(
      overBudget(four, { budgetCpu: "1109m" })[0] ?? "",
      /takes 1\.11 cores .* 4 at the same time/,
    );
  });
});
