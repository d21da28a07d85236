import { nameOf } from "../../../live/workflows/workflow";
import { type Check } from "../../suite/check";
import { accuracyTest, expectStarted, TESTS, withPushing } from "../../events/pushing";
import { expect, expectEqual } from "../../suite/expect";

/** A Dockerfile that does not build and tests that fail, as two branches of one push; again; and a branch deleted. */
export const pushFailures: Check = {
  name: "push-failures",
  title:
    "Two branches in one push have two runs; tests that fail, a Dockerfile that does not build, the same commit " +
    "again and a deleted branch end as documented",
  run: (context) =>
    withPushing(context, async (pushing) => {
      const { lab, see } = context;
      const { checkout } = pushing;
      const [failing, broken] = [pushing.branch("tests"), pushing.branch("dockerfile")];
      const whole = await checkout.read("Dockerfile");
      const tests = await checkout.commit(TESTS, accuracyTest(0.5), "Fail the tests");
      const dockerfile = await checkout.commit("Dockerfile", `${whole}RUN false\n`, "Break the Dockerfile");
      const said = await pushing.push({ [failing]: tests, [broken]: dockerfile });
      for (const commit of [tests, dockerfile]) expectStarted(said, commit);

      const gated = await pushing.follow(tests);
      const look = await lab.runs.look(gated);
      expectEqual(`phase of ${nameOf(gated.run)}`, gated.run.status?.phase, "Succeeded", look);
      expectEqual("builds that tests which fail have started", gated.children.length, 0, look);
      const refused = await pushing.follow(dockerfile);
      await pushing.expectFailed(refused, "training-image", "Dockerfile does not build at commit");
      see(
        "two branches in one push: two runs; tests that fail end at the gate, a Dockerfile that does not build with its name",
      );

      const again = pushing.branch("again");
      const twice = await pushing.push({ [again]: tests });
      expect(twice.includes("no training started") && twice.includes("exists"), {
        expected: "a line that the run of this commit exists",
        seen: twice,
      });
      const deleted = await pushing.deleteBranch(again);
      expect(deleted.includes(`no training started: the branch ${again} is deleted`), {
        expected: "a line that the branch is deleted and nothing started",
        seen: deleted,
      });
      const runs = (await lab.argo.workflows()).filter((run) =>
        run.spec.arguments?.parameters?.some(({ value }) => value === tests),
      );
      expectEqual("runs of a commit that was pushed twice", runs.length, 1);
      see("the same commit again, and a branch that is deleted, start nothing, and say so");
    }),
};
