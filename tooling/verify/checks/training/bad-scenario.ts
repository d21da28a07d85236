import { type Check } from "../../suite/check";
import { expect, expectEqual } from "../../suite/expect";
import { stateText } from "../../../live/services/mlflow";
import { messagesOf, nameOf } from "../../../live/workflows/workflow";

const SCENARIO = "no-such-scenario";

/** A misspelt scenario ends the run at once, with a message that helps. */
export const badScenario: Check = {
  name: "bad-scenario",
  title: "An unknown scenario is refused with a message that names it",
  run: async (context) => {
    const { lab, see } = context;
    const training = await lab.runs.train({ scenario: SCENARIO, "simulated-accuracy": "0.85" }, context);
    const { run, before, after } = training;
    const name = nameOf(run);
    const look = await lab.runs.look(training);
    const phase = run.status?.phase;
    expect(phase === "Failed" || phase === "Error", {
      expected: `phase of ${name}: Failed or Error`,
      seen: phase ?? "none",
      look,
    });
    const naming = messagesOf(run).find((line) => line.includes(SCENARIO));
    expect(naming !== undefined, {
      expected: `a message of ${name} that names "${SCENARIO}"`,
      seen: messagesOf(run).join("; ") || "no message",
      look,
    });
    const line = naming.split("\n").find((each) => each.includes(SCENARIO)) ?? naming;
    see(`${name} ${phase}: ${line}`);
    expectEqual(
      "the model registry, unless someone else trains",
      stateText(after.registry),
      stateText(before.registry),
      look,
    );
    see(`the model registry as before: ${stateText(after.registry)}`);
  },
};
