import assert from "node:assert/strict";
import { podAmounts } from "../../../../components/sizes/amounts";
import { peakOfSize } from "../../../../stacks/footprint/footprint-of-run";
import {
  type LabSize,
  type Resources,
  type SizeName,
  sizeOf,
  SIZES,
} from "../../../../components/sizes/lab-size";
import { servicesOf } from "../../../../stacks/footprint/namespace-quota";
import { bytesOf, coresOf } from "../../../../components/kubernetes/quantity";

const NAMES = Object.keys(SIZES) as SizeName[];

/** What all containers of a size are given, by their place in it. */
function resourcesOf(size: LabSize): [place: string, given: Resources][] {
  const { mlflow, postgres, gitServer, staging, training } = size;
  return Object.entries({ mlflow, postgres, gitServer, staging, training }).flatMap(([place, given]) =>
    "requests" in given
      ? [[place, given] as [string, Resources]]
      : Object.entries(given as Record<string, Resources>).map(([part, each]): [string, Resources] => [
          `${place}.${part}`,
          each,
        ]),
  );
}

describe("the sizes of a lab", () => {
  it("are medium unless said otherwise, which is exactly this", () => {
    assert.deepEqual(sizeOf(), SIZES.medium);
    const given = (cpu: string, memory: string, mostCpu: string, mostMemory: string) => ({
      requests: { cpu, memory },
      limits: { cpu: mostCpu, memory: mostMemory },
    });
    assert.deepEqual(SIZES.medium, {
      mlflow: {
        server: given("100m", "512Mi", "1", "1Gi"),
        prepareDatabase: given("100m", "256Mi", "1", "512Mi"),
      },
      postgres: given("50m", "128Mi", "1", "512Mi"),
      gitServer: {
        server: given("50m", "32Mi", "500m", "256Mi"),
        seed: given("50m", "32Mi", "500m", "128Mi"),
      },
      staging: given("100m", "256Mi", "500m", "512Mi"),
      training: given("500m", "1Gi", "2", "3Gi"),
      runsAtOnce: 2,
    });
  });

  it("leave ten small students on two cores room beside the cluster's own pods", () => {
    const idle = servicesOf(SIZES.small);
    assert.ok(idle["requests.cpu"] <= 0.05, `${idle["requests.cpu"]} cores`);
    assert.ok(idle["requests.memory"] <= bytesOf("640Mi"), `${idle["requests.memory"]} bytes`);
    // What MLflow really has when nobody uses it, or the node would be overcommitted from the start.
    assert.ok(bytesOf(SIZES.small.mlflow.server.requests.memory) >= bytesOf("430Mi"));
  });

  it("do not take from the programs what they need, however small they are", () => {
    assert.equal(bytesOf(SIZES.small.mlflow.server.limits.memory), bytesOf("1Gi"));
    assert.equal(bytesOf(SIZES.small.training.limits.memory), bytesOf("3Gi"));
    // The failure lesson `oversized` is made for these, whatever the size of the lab.
    for (const name of NAMES) {
      assert.deepEqual(SIZES[name].staging.limits, { cpu: "500m", memory: "512Mi" });
    }
  });

  for (const name of NAMES) {
    it(`ask in ${name} for no more than the limit`, () => {
      for (const [place, { requests, limits }] of resourcesOf(SIZES[name])) {
        assert.ok(coresOf(requests.cpu) <= coresOf(limits.cpu), place);
        assert.ok(bytesOf(requests.memory) <= bytesOf(limits.memory), place);
      }
    });
  }

  it("grow", () => {
    const grows = (numbers: readonly number[]) =>
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
      );
    const [small, medium, large] = NAMES.map((name) => new Map(resourcesOf(SIZES[name])));
    for (const [place, given] of medium ?? []) {
      const all = [small?.get(place), given, large?.get(place)].map((each) => each && podAmounts([each]));
      for (const key of ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"] as const) {
        grows(all.map((each) => each?.[key] ?? NaN));
      }
    }
    grows(NAMES.map((name) => SIZES[name].runsAtOnce));
    grows(NAMES.map((name) => peakOfSize(name)["requests.memory"]));
  });
});
