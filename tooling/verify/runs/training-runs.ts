import { Argo } from "../../live/workflows/argo";
import { tokenOf } from "../../live/account-token";
import { type Cluster, clusterOf, reasonOf, withToken } from "../../live/api-clients";
import { childrenOf, type Family, runsOf } from "../../live/workflows/family";
import { hasLog, logOf } from "../../live/runs/logs";
import { standingOf } from "../../live/runs/outcome";
import { failedSteps } from "../../live/runs/run-steps";
import type { ScenarioName, TrainingParameters } from "../../live/workflows/scenarios";
import { type NewWorkflow, submission } from "../../live/workflows/submission";
import { trainingOf } from "../../live/workflows/training";
import { messagesOf, nameOf, type RunNode, type Workflow } from "../../live/workflows/workflow";
import { accountsOf, studentOf, userOf } from "../clients/access";
import { shown } from "../suite/expect";
import type { LabParts } from "../suite/lab-parts";
import type { Waiting } from "../suite/waiting";
import type { RegistryState } from "../../live/services/mlflow";
import { until } from "../../support/until";
import { undisturbed } from "./quiet";
import { VERIFY_LABEL } from "../pods/verify-label";
import { watchWhile, type Watched } from "../clients/service-watch";
import type { ServedVersion } from "../../live/services/staging-service";

/** What a run may change: the model registry, and what serves in staging. */
export interface LabState {
  /** With the alias of training. */
  readonly registry: RegistryState;
  /** The version that the alias of staging points to. */
  readonly stagingAlias: number | undefined;
  /** What serves; undefined if nothing does. */
  readonly served: ServedVersion | undefined;
}

/** A run that has ended, and its children. */
export interface Ended extends Family {
  /** What staging answered meanwhile. */
  readonly watched: Watched;
}

/** A training run that has ended, and the lab before and after it. */
export interface Training extends Ended {
  readonly before: LabState;
  readonly after: LabState;
}

/** Parameters of a build. */
export interface BuildParameters {
  readonly "model-version": string;
  readonly "app-repository"?: string;
  readonly "app-branch"?: string;
}

/** Seconds that a student's token holds: longer than any verification. */
const TOKEN_LIFETIME = 4 * 3600;

/**
 * The runs that a verification starts, follows and removes.
 *
 * Starting, watching and reading logs is done as a student, so that a student's rights are proved with it; only the
 * removal is an administrator's.
 */
export class TrainingRuns {
  private asStudent: Promise<{ cluster: Cluster; argo: Argo }> | undefined;
  private readonly shared = new Map<ScenarioName, Promise<Training>>();

  constructor(private readonly lab: LabParts) {}

  /** Submits the training template and follows the run to its end. */
  train(parameters: TrainingParameters, waiting: Waiting): Promise<Training> {
    const { train } = this.lab.outputs.workflowTemplates;
    return this.observe(submission(train, { ...parameters }, this.label()), waiting);
  }

  /** One training of a scenario. Several checks look at it, so it is carried out once. */
  once(scenario: ScenarioName, waiting: Waiting): Promise<Training> {
    const { train } = this.lab.outputs.workflowTemplates;
    const submit = (): Promise<Training> =>
      this.observe(trainingOf(train, scenario, { labels: this.label() }), waiting);
    const found = this.shared.get(scenario) ?? submit();
    this.shared.set(scenario, found);
    return found;
  }

  /** Has a container built from a version that is registered already, and follows the run to its end. */
  build(parameters: BuildParameters, waiting: Waiting): Promise<Ended> {
    const { build } = this.lab.outputs.workflowTemplates;
    return this.carryOut(submission(build, { ...parameters }, this.label()), waiting);
  }

  /** Starts what the schedule would start, as `argo submit --from cronwf/NAME` does, and follows it to its end. */
  async fromSchedule(waiting: Waiting): Promise<Training> {
    const { argo } = await this.student();
    const schedule = await argo.schedule(this.lab.outputs.schedule.name);
    const { name, uid } = schedule.metadata;
    if (name === undefined || uid === undefined) throw new Error("a schedule without a name");
    const { labels = {}, annotations = {} } = schedule.spec.workflowMetadata ?? {};
    return this.observe(
      {
        metadata: {
          generateName: `${name}-`,
          labels: { ...this.label(), "workflows.argoproj.io/cron-workflow": name, ...labels },
          annotations: { "workflows.argoproj.io/scheduled-time": new Date().toISOString(), ...annotations },
          ownerReferences: [
            { apiVersion: "argoproj.io/v1alpha1", kind: "CronWorkflow", name, uid, controller: true },
          ],
        },
        spec: schedule.spec.workflowSpec,
      },
      waiting,
    );
  }

  /** The last lines that a node's container printed, as a student reads them. */
  async logOf(run: Workflow, node: RunNode, lines?: number): Promise<string> {
    return logOf((await this.student()).cluster.core, run, node, lines);
  }

  /** Where the reason for a run's outcome may be found: its messages, and the log of each step that failed. */
  async look(family: Family): Promise<string[]> {
    const logs: string[] = [];
    for (const step of failedSteps(family).filter(({ node }) => hasLog(node))) {
      const run = runsOf(family).find((each) => nameOf(each) === step.run) ?? family.run;
      const log = await this.logOf(run, step.node).catch((error: unknown) => `no log: ${reasonOf(error)}`);
      logs.push(`log of step ${step.name}:\n${log.trimEnd()}`);
    }
    const { run } = family;
    return [
      `workflow ${nameOf(run)}, ${shown(run.status?.phase)}`,
      ...runsOf(family).flatMap(messagesOf),
      ...logs,
    ];
  }

  /** What runs may change, as it is now. */
  async state(): Promise<LabState> {
    const { outputs, mlflow, staging } = this.lab;
    const { name, alias, stagingAlias } = outputs.registeredModel;
    return {
      registry: await mlflow.registryState(name, alias),
      stagingAlias: (await mlflow.registryState(name, stagingAlias)).alias,
      served: await staging.served(),
    };
  }

  /** Takes over a run that something else has started, to be removed with the others. */
  async adopt(name: string): Promise<void> {
    await this.lab.argo.label(name, this.label());
  }

  /** Ends a run at once, and waits until it has ended. */
  async terminate(name: string, { progress, signal }: Waiting): Promise<void> {
    await this.lab.argo.terminate(name);
    await this.lab.argo.follow(name, (family) => progress(standingOf(family)), signal);
  }

  /** Removes all runs of this verification, with their children and pods. */
  async remove(signal: AbortSignal): Promise<void> {
    const selector = `${VERIFY_LABEL}=${this.lab.id}`;
    const mine = await this.lab.argo.workflows(selector);
    if (mine.length === 0) return;
    await this.lab.argo.deleteWorkflows(selector);
    const areGone = async (): Promise<boolean> => {
      const all = await this.lab.argo.workflows();
      return !mine.some((run) =>
        all.some((each) => each.metadata.uid === run.metadata.uid || childrenOf(run, [each]).length > 0),
      );
    };
    await until(areGone, { signal });
  }

  private async observe(workflow: NewWorkflow, waiting: Waiting): Promise<Training> {
    return undisturbed(this.lab, waiting, async () => {
      const before = await this.state();
      const ended = await this.carryOut(workflow, waiting);
      return { ...ended, before, after: await this.state() };
    });
  }

  private async carryOut(workflow: NewWorkflow, waiting: Waiting): Promise<Ended> {
    const { outputs, staging } = this.lab;
    const { argo } = await this.student();
    const created = await argo.createWorkflow(workflow).catch((error: unknown) => {
      const user = userOf(studentOf(accountsOf(outputs.rights, outputs.namespace)));
      throw new Error(`${user} could not submit a run in ${outputs.namespace}: ${reasonOf(error)}`);
    });
    const report = (family: Family): void => waiting.progress(standingOf(family));
    const following = argo.follow(nameOf(created), report, waiting.signal);
    const { result, watched } = await watchWhile(staging, following);
    return { ...result, watched };
  }

  /** The cluster with a student's rights, by a token as `kubectl create token` gives it. */
  private student(): Promise<{ cluster: Cluster; argo: Argo }> {
    this.asStudent ??= this.signIn();
    return this.asStudent;
  }

  private async signIn(): Promise<{ cluster: Cluster; argo: Argo }> {
    const { rights, namespace } = this.lab.outputs;
    const student = studentOf(accountsOf(rights, namespace));
    const { token } = await tokenOf(this.lab.cluster, student, TOKEN_LIFETIME);
    const cluster = clusterOf(withToken(this.lab.cluster.config, userOf(student), token));
    return { cluster, argo: new Argo(cluster, namespace) };
  }

  private label(): Record<string, string> {
    return { [VERIFY_LABEL]: this.lab.id };
  }
}
