import assert from "node:assert/strict";
import type { V1Node, V1Pod } from "@kubernetes/client-node";
import { footprintText, sumFootprints } from "../../../../tooling/class/capacity/capacity";
import { capacityOf } from "../../../../tooling/class/capacity/cluster-capacity";
import { estimatedFootprint } from "../../../../tooling/class/capacity/estimates";
import { footprintOf } from "../../../../tooling/class/capacity/footprints";
import { studentSettings } from "../../../../tooling/class/class-settings";
import { FOOTPRINT } from "./fake-class";

const GIB = 1024 ** 3;

describe("class: footprint and capacity", () => {
  it("sums what runs all the time, and takes the largest run", () => {
    const other = { ...FOOTPRINT, run: { cpu: 1, memory: 0.5 * GIB } };
    assert.deepEqual(sumFootprints([FOOTPRINT, other], { cpu: 3.2, memory: 5 * GIB, pods: 20 }), {
      stacks: 2,
      services: { cpu: 0.2, memory: 2 * GIB },
      limits: { cpu: 2, memory: 4 * GIB },
      volumes: 10 * GIB,
      pods: 8,
      run: { cpu: 1, memory: GIB },
      runsAtOnce: 3,
      problems: [],
    });
  });

  it("names what is too much with the figures", () => {
    const found = sumFootprints([FOOTPRINT, FOOTPRINT], { cpu: 0.5, memory: 2.5 * GIB, pods: 8 });
    assert.deepEqual(found.problems, [
      "0.7 cores needed, 0.5 cores of it for one run; 0.5 cores free",
      "3 GiB of memory needed, 1 GiB of it for one run; 2.5 GiB free",
      "8 pods needed, and one for a run; 8 free",
    ]);
    assert.equal(found.runsAtOnce, 0);
  });

  it("finds nothing too much where the cluster does not answer, and says so", () => {
    const found = sumFootprints([FOOTPRINT]);
    assert.deepEqual(found.problems, []);
    assert.match(footprintText(found, undefined), /what it has left is not known$/);
  });

  it("counts what nodes can give less what others ask for", () => {
    const allocatable = { cpu: "2", memory: "4Gi", pods: "110" };
    const nodes: V1Node[] = [
      { metadata: { name: "one" }, status: { allocatable } },
      { metadata: { name: "cordoned" }, spec: { unschedulable: true }, status: { allocatable } },
      {
        metadata: { name: "control" },
        spec: { taints: [{ key: "c", effect: "NoSchedule" }] },
        status: { allocatable },
      },
    ];
    const pod = (namespace: string, phase: string, nodeName = "one"): V1Pod => ({
      metadata: { namespace },
      spec: {
        nodeName,
        initContainers: [{ name: "i", resources: { requests: { cpu: "500m" } } }],
        containers: [{ name: "c", resources: { requests: { cpu: "250m", memory: "1Gi" } } }, { name: "d" }],
      },
      status: { phase },
    });
    const pods = [
      pod("kube-system", "Running"),
      pod("kube-system", "Succeeded"),
      pod("kube-system", "Running", "control"),
      pod("gourmetgram-a", "Running"),
    ];
    assert.deepEqual(capacityOf(nodes, pods, new Set(["gourmetgram-a"])), {
      cpu: 1.5,
      memory: 3 * GIB,
      pods: 109,
    });
  });

  it("counts containers that run beside a pod's from the start, what the pod costs, and the smallest units", () => {
    const nodes: V1Node[] = [
      { metadata: { name: "n" }, status: { allocatable: { cpu: "4", memory: "8Gi", pods: "10" } } },
    ];
    const asking = (name: string, cpu: string) => ({ name, resources: { requests: { cpu, memory: "1Gi" } } });
    const pod: V1Pod = {
      spec: {
        nodeName: "n",
        initContainers: [{ ...asking("sidecar", "500m"), restartPolicy: "Always" }, asking("first", "1")],
        containers: [asking("main", "250000u")],
        overhead: { cpu: "100000000n", memory: "1Gi" },
      },
    };
    const { cpu, memory } = capacityOf(nodes, [pod], new Set());
    // While `first` runs, the sidecar runs too: 0.5 + 1 is more than 0.5 + 0.25.
    assert.deepEqual([cpu, memory], [4 - 1.5 - 0.1, 5 * GIB]);
  });

  it("does not take a quantity that it cannot read for nothing", () => {
    const allocatable = { cpu: "two", memory: "4Gi", pods: "110" };
    assert.throws(() => capacityOf([{ status: { allocatable } }], [], new Set()), /two/);
  });

  it("estimates a student by the size and the volumes", () => {
    const of = (settings: { size?: string }) =>
      estimatedFootprint(
        studentSettings("config: {gourmetgram:mlflowStorage: 2Gi}", "dev", { id: "a", settings }),
      );
    assert.equal(of({}).volumes, 8 * GIB);
    assert.ok(of({}).services.cpu < of({ size: "medium" }).services.cpu);
    assert.ok(of({ size: "medium" }).run.cpu < of({ size: "large" }).run.cpu);
  });

  it("takes a stack's own footprint only where it is known", () => {
    assert.deepEqual(footprintOf({ footprint: FOOTPRINT }), FOOTPRINT);
    assert.equal(footprintOf({ footprint: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }), undefined);
    assert.equal(footprintOf(undefined), undefined);
  });
});
