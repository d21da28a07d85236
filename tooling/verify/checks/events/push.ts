import { productsOf } from "../../../live/runs/outcome";
import { argumentOf, nameOf, type Workflow } from "../../../live/workflows/workflow";
import { type Check, type CheckContext } from "../../suite/check";
import { accuracyTest, expectStarted, pushRun, TESTS, withPushing } from "../../events/pushing";
import { expect, expectEqual } from "../../suite/expect";
import { requireRelease } from "../../runs/lineage";
import { expectServed } from "../services/staging";

/** Seconds that building the training image and a busy machine may take besides. */
const MARGIN = 60;

/** What a student pushes is what trains, and what it has trained is what serves. */
export const push: Check = {
  name: "push",
  title: "A push trains with its last commit, builds and serves, in the time of a run that is submitted",
  run: (context) =>
    withPushing(context, async (pushing) => {
      const { lab, see } = context;
      const branch = pushing.branch("push");
      const { checkout } = pushing;
      const first = await checkout.commit("README.md", "The first of two commits\n", "Begin");
      const last = await checkout.commit(TESTS, accuracyTest(0.9), "End");
      const said = await pushing.push({ [branch]: last });
      expectStarted(said, last);
      const family = await pushing.follow(last);
      const look = await lab.runs.look(family);
      expectEqual(`phase of ${nameOf(family.run)}`, family.run.status?.phase, "Succeeded", look);
      expectEqual("commit that trained", argumentOf(family.run, "commit"), last, look);
      const release = requireRelease(productsOf(family), look);
      expect(release.trainingImage.includes("@sha256:"), {
        expected: "a training image with a digest",
        seen: release.trainingImage,
        look,
      });
      await expectServed(context, release);
      expectEqual(
        `run of ${pushRun(first)}, which came by the same push`,
        await pushing.runOf(first),
        undefined,
      );
      see("of two commits in one push the last one trains, and the model that it trains serves");
      await expectInTime(context, family.run);
    }),
};

/** Compares with a run that was submitted, on the same machine. */
async function expectInTime(context: CheckContext, run: Workflow): Promise<void> {
  const { run: submitted } = await context.lab.runs.once("normal", context);
  const [taken, allowed] = [secondsOf(run), 2 * secondsOf(submitted) + MARGIN];
  expect(taken <= allowed, {
    expected: `an end within ${allowed} s: twice what ${nameOf(submitted)} took, and ${MARGIN} s`,
    seen: `${nameOf(run)} took ${taken} s`,
  });
  context.see(
    `from the push until it served: ${taken} s; a run that was submitted: ${secondsOf(submitted)} s`,
  );
}

/** From its creation, with the time that it waited for another run. */
function secondsOf({ metadata, status }: Workflow): number {
  const begin = new Date(metadata.creationTimestamp ?? "").getTime();
  return Math.round((Date.parse(status?.finishedAt ?? "") - begin) / 1000);
}
