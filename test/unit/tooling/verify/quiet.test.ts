import assert from "node:assert/strict";
import type { Argo } from "../../../../tooling/live/workflows/argo";
import type { Workflow } from "../../../../tooling/live/workflows/workflow";
import { undisturbed } from "../../../../tooling/verify/runs/quiet";
import { VERIFY_LABEL } from "../../../../tooling/verify/pods/verify-label";

const run = (name: string, more: Partial<Workflow["metadata"]> = {}): Workflow => ({
  metadata: { name, uid: name, ...more },
  spec: {},
  status: { phase: "Succeeded" },
});

const own = run("own", { labels: { [VERIFY_LABEL]: "mine" } });
const child = run("child", {
  ownerReferences: [{ apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", name: "own", uid: "own" }],
});

/** Tries something in a namespace whose runs are these, list by list, as they are asked for. */
async function attempt(lists: Workflow[][], action: () => Promise<string>): Promise<string[]> {
  const lines: string[] = [];
  const argo = { workflows: () => Promise.resolve(lists.shift() ?? []) } as unknown as Argo;
  const waiting = { progress: (line: string) => lines.push(line), signal: new AbortController().signal };
  lines.push(await undisturbed({ argo, id: "mine" }, waiting, action));
  return lines;
}

describe("something done while no one else's run is under way", () => {
  it("is done once where only the verification's own runs and their children come up", async () => {
    const lists = [[run("old")], [run("old"), own, child]];
    assert.deepEqual(await attempt(lists, () => Promise.resolve("done")), ["done"]);
  });

  it("is done again, whatever came of it, where a schedule fired meanwhile", async () => {
    const stranger = run("train-model-cron-x");
    let times = 0;
    const action = (): Promise<string> => {
      times += 1;
      return times === 1 ? Promise.reject(new Error("two versions")) : Promise.resolve("one version");
    };
    const lists = [[], [own, stranger], [own, stranger], [own, stranger]];
    assert.deepEqual(await attempt(lists, action), [
      "train-model-cron-x ran meanwhile, so what was seen may be its doing: once more",
      "one version",
    ]);
  });

  it("fails with its own error where it was alone", async () => {
    const refused = await attempt([[], [own]], () => Promise.reject(new Error("two versions"))).catch(String);
    assert.equal(refused, "Error: two versions");
  });

  it("gives up where somebody trains again and again", async () => {
    const lists = [[], [run("a")], [run("a")], [run("b")], [run("b")], [run("c")]];
    const refused = await attempt(lists, () => Promise.resolve("done")).catch(String);
    assert.match(refused.toString(), /came in between 3 times, the last time c: verify when no one trains/);
  });
});
