import { productsOf } from "../../../live/runs/outcome";
import { nameOf } from "../../../live/workflows/workflow";
import { type Check } from "../../suite/check";
import { accuracyTest, hasStarted, pushRun, TESTS, withPushing } from "../../events/pushing";
import { CheckFailure, expectEqual } from "../../suite/expect";
import { requireRelease } from "../../runs/lineage";
import { expectServed } from "../services/staging";

const PUSHES = 10;

/** Pushes faster than a run ends: the last commit is what serves, and nothing is lost. */
export const pushBurst: Check = {
  name: "push-burst",
  title: `Of ${PUSHES} pushes in a row each has a run or a line why not; the last commit serves in the end`,
  run: (context) =>
    withPushing(context, async (pushing) => {
      const { lab, see, signal } = context;
      const branch = pushing.branch("burst");
      const commits: string[] = [];
      const said: string[] = [];
      const begun = Date.now();
      for (let number = 1; number <= PUSHES; number += 1) {
        signal.throwIfAborted();
        const text = `${accuracyTest(0.9)}# ${number}\n`;
        const commit = await pushing.checkout.commit(TESTS, text, `Push ${number}`);
        commits.push(commit);
        said.push(await pushing.push({ [branch]: commit }));
      }
      see(`${PUSHES} pushes in ${Math.round((Date.now() - begun) / 1000)} s`);

      const counts = { trained: 0, overtaken: 0, refused: 0 };
      const lastCommit = commits.at(-1) ?? "";
      for (const [index, commit] of commits.entries()) {
        const fate = fateOf(said[index] ?? "", commit, (await pushing.runOf(commit)) !== undefined);
        if (fate === "refused") counts.refused += 1;
        if (fate === "refused" || commit === lastCommit) continue;
        const family = await pushing.follow(commit);
        if (family.run.status?.phase === "Succeeded") counts.trained += 1;
        else {
          await pushing.expectFailed(family, "training-image", "is no longer the newest of the branch");
          counts.overtaken += 1;
        }
      }
      const last = await pushing.follow(lastCommit);
      const look = await lab.runs.look(last);
      expectEqual(`phase of ${nameOf(last.run)}`, last.run.status?.phase, "Succeeded", look);
      await expectServed(context, requireRelease(productsOf(last), look));
      see(
        `the last of ${PUSHES} serves; of those before it ${counts.trained} trained, ${counts.overtaken} were overtaken ` +
          `and say by which commit, ${counts.refused} were answered with the reason why none started`,
      );
    }),
};

/**
 * What became of a push.
 *
 * @param said What the server said to it.
 * @param exists Whether there is a run of its commit.
 * @throws CheckFailure if nothing accounts for it
 */
export function fateOf(said: string, commit: string, exists: boolean): "started" | "refused" {
  // An answer may have come too late to be told.
  if (exists && (hasStarted(said, commit) || said.includes("no answer from Argo's server"))) return "started";
  if (!exists && said.includes("no training started: ")) return "refused";
  throw new CheckFailure({
    expected: `a run ${pushRun(commit)} that the push has told of, or a line why none started`,
    seen: `${exists ? "a" : "no"} run; the server said: ${said === "" ? "nothing" : said}`,
  });
}
