/** What a run can be started for. Each has one outcome, which the documentation states and `npm run verify` proves. */
export interface Scenario {
  /** Completes "a model that …". */
  readonly model: string;
  /** What becomes of the run. */
  readonly outcome: string;
  /** Parameters of the WorkflowTemplate. */
  readonly parameters: TrainingParameters;
}

/** Parameters of the training workflow; what is left out has the template's default. */
export interface TrainingParameters {
  readonly scenario?: string;
  /** A number from 0 to 1, or `random`. */
  readonly "simulated-accuracy"?: string;
  /** Branch of the training code. */
  readonly branch?: string;
  /** Commit of the training code, in full. */
  readonly commit?: string;
}

/** Above and below what the tests of a model ask for, which is 0.80. */
const ACCEPTED = "0.85";
const REFUSED = "0.75";

/** The accuracy is fixed, so that a lesson is about its own subject and never about chance. */
export const SCENARIOS = {
  normal: {
    model: "works",
    outcome: "it is registered, built into a container, and serves in staging",
    parameters: { scenario: "normal", "simulated-accuracy": ACCEPTED },
  },
  "bad-architecture": {
    model: "does not fit the application",
    outcome: "it is deployed, never becomes ready, and staging's test names the mismatch",
    parameters: { scenario: "bad-architecture", "simulated-accuracy": ACCEPTED },
  },
  oversized: {
    model: "needs more memory than staging grants",
    outcome: "its container is killed (OOMKilled) and the deployment fails",
    parameters: { scenario: "oversized", "simulated-accuracy": ACCEPTED },
  },
  "hostile-pickle": {
    model: "works, and runs a program when it is loaded",
    outcome: "it is registered, and the scan before its build names what it would use: nothing is built",
    parameters: { scenario: "hostile-pickle", "simulated-accuracy": ACCEPTED },
  },
  "mlops-bad": {
    model: "was saved by code with a bug, that of the branch mlops-bad",
    outcome: "it is registered, and its container fails at its start, which names the bug",
    parameters: { scenario: "normal", branch: "mlops-bad", "simulated-accuracy": ACCEPTED },
  },
  "failed-accuracy": {
    model: "fails its accuracy test",
    outcome: "nothing is registered and nothing is built",
    parameters: { scenario: "normal", "simulated-accuracy": REFUSED },
  },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof SCENARIOS;

export const SCENARIO_NAMES = Object.keys(SCENARIOS) as readonly ScenarioName[];

/** The parameters of a scenario, with another accuracy or other code if that is given. */
export function parametersOf(
  name: ScenarioName,
  accuracy?: string,
  code: Pick<TrainingParameters, "branch" | "commit"> = {},
): TrainingParameters {
  const { parameters } = SCENARIOS[name];
  return { ...parameters, ...(accuracy === undefined ? {} : { "simulated-accuracy": accuracy }), ...code };
}
