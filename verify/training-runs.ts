import { setTimeout as delay } from "node:timers/promises";
import { studentRight, userOf } from "./access";
import { Argo, type NewWorkflow } from "./argo";
import { type CheckContext, shown } from "./check";
import { type Cluster, clusterOf, reasonOf, withToken } from "./cluster";
import type { Lab } from "./lab";
import type { RegistryState } from "./mlflow";
import { type RunNode, type Workflow, childrenOf, messagesOf, nameOf, nodesOf, standingOf } from "./workflow";

/** What a run is started with; what is left out has the template's default. */
export interface TrainingParameters {
  readonly scenario?: string;
  /** A number from 0 to 1, or `random`. */
  readonly "simulated-accuracy"?: string;
}

/** A run that has ended, and the model registry before and after it. */
export interface Training {
  readonly run: Workflow;
  readonly before: RegistryState;
  readonly after: RegistryState;
}

/** How a check waits. */
export type Waiting = Pick<CheckContext, "progress" | "signal">;

const LABEL = "gourmetgram/verify";
/** Seconds that a student's token holds: longer than any verification. */
const TOKEN_LIFETIME = 4 * 3600;
const LOG_LINES = 15;

/**
 * The runs that a verification starts, follows and removes.
 *
 * Starting, watching and reading logs is done as a student, so that a student's rights are proved with it; only the
 * removal is an administrator's.
 */
export class TrainingRuns {
  private asStudent: Promise<{ cluster: Cluster; argo: Argo }> | undefined;
  private refusedTraining: Promise<Training> | undefined;

  constructor(private readonly lab: Omit<Lab, "runs" | "outputsText">) {}

  /** Submits the training template and follows the run to its end. */
  train(parameters: TrainingParameters, waiting: Waiting): Promise<Training> {
    const name = this.lab.outputs.workflowTemplates.train;
    const given = Object.entries(parameters).map(([key, value]) => ({ name: key, value: String(value) }));
    return this.carryOut(
      {
        metadata: {
          generateName: `${name}-`,
          labels: { ...this.label(), "workflows.argoproj.io/workflow-template": name },
        },
        spec: { workflowTemplateRef: { name }, arguments: { parameters: given } },
      },
      waiting,
    );
  }

  /** One training whose model fails its tests. Several checks look at it, so it is carried out once. */
  refused(waiting: Waiting): Promise<Training> {
    this.refusedTraining ??= this.train({ "simulated-accuracy": "0.75" }, waiting);
    return this.refusedTraining;
  }

  /** Starts what the schedule would start, as `argo submit --from cronwf/NAME` does, and follows it to its end. */
  async fromSchedule(waiting: Waiting): Promise<Training> {
    const { argo } = await this.student();
    const schedule = await argo.schedule(this.lab.outputs.schedule.name);
    const { name, uid } = schedule.metadata;
    if (name === undefined || uid === undefined) throw new Error("a schedule without a name");
    const { labels = {}, annotations = {} } = schedule.spec.workflowMetadata ?? {};
    return this.carryOut(
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

  /** The runs that a run has started. */
  async childrenOf(run: Workflow): Promise<Workflow[]> {
    const { argo } = await this.student();
    return childrenOf(run, await argo.workflows());
  }

  /** The last lines that the main container of a node's pod printed. */
  async logOf(run: Workflow, node: RunNode, lines = LOG_LINES): Promise<string> {
    const { core } = (await this.student()).cluster;
    const { namespace } = this.lab.outputs;
    const labelSelector = `workflows.argoproj.io/workflow=${nameOf(run)}`;
    const { items } = await core.listNamespacedPod({ namespace, labelSelector });
    const pod = items.find(
      (each) => each.metadata?.annotations?.["workflows.argoproj.io/node-id"] === node.id,
    );
    if (pod?.metadata?.name === undefined) throw new Error(`the pod of step ${node.displayName} is gone`);
    const { name } = pod.metadata;
    return core.readNamespacedPodLog({ name, namespace, container: "main", tailLines: lines });
  }

  /** Where the reason for a run's outcome may be found: its messages, and the log of each step that failed. */
  async look(run: Workflow): Promise<string[]> {
    const failed = nodesOf(run).filter(
      (node) => node.type === "Pod" && (node.phase === "Failed" || node.phase === "Error"),
    );
    const logs: string[] = [];
    for (const node of failed) {
      const log = await this.logOf(run, node).catch((error: unknown) => `no log: ${reasonOf(error)}`);
      logs.push(`log of step ${node.displayName}:\n${log.trimEnd()}`);
    }
    const children = (await this.childrenOf(run)).flatMap(messagesOf);
    return [`workflow ${nameOf(run)}, ${shown(run.status?.phase)}`, ...messagesOf(run), ...children, ...logs];
  }

  /** Removes all runs of this verification, with their children and pods. */
  async remove(signal: AbortSignal): Promise<void> {
    const selector = `${LABEL}=${this.lab.id}`;
    const mine = await this.lab.argo.workflows(selector);
    if (mine.length === 0) return;
    await this.lab.argo.deleteWorkflows(selector);
    const left = async (): Promise<boolean> => {
      const all = await this.lab.argo.workflows();
      return mine.some((run) =>
        all.some((each) => each.metadata.uid === run.metadata.uid || childrenOf(run, [each]).length > 0),
      );
    };
    while (await left()) await delay(1000, undefined, { signal });
  }

  private async carryOut(workflow: NewWorkflow, waiting: Waiting): Promise<Training> {
    const { outputs, mlflow } = this.lab;
    const { name, alias } = outputs.registeredModel;
    const { argo } = await this.student();
    const before = await mlflow.registryState(name, alias);
    const { namespace } = outputs;
    const created = await argo.createWorkflow(workflow).catch((error: unknown) => {
      const user = userOf(studentRight(outputs.rights));
      throw new Error(`${user} could not submit a run in ${namespace}: ${reasonOf(error)}`);
    });
    const report = (run: Workflow): void => waiting.progress(standingOf(run));
    const run = await argo.follow(nameOf(created), report, waiting.signal);
    return { run, before, after: await mlflow.registryState(name, alias) };
  }

  /** The cluster with a student's rights, by a token as `kubectl create token` gives it. */
  private student(): Promise<{ cluster: Cluster; argo: Argo }> {
    this.asStudent ??= this.signIn();
    return this.asStudent;
  }

  private async signIn(): Promise<{ cluster: Cluster; argo: Argo }> {
    const right = studentRight(this.lab.outputs.rights);
    const { status } = await this.lab.cluster.core.createNamespacedServiceAccountToken({
      name: right.serviceAccount,
      namespace: right.namespace,
      body: { spec: { audiences: [], expirationSeconds: TOKEN_LIFETIME } },
    });
    if (status === undefined) throw new Error(`the API server gave no token for ${userOf(right)}`);
    const cluster = clusterOf(withToken(this.lab.cluster.config, userOf(right), status.token));
    return { cluster, argo: new Argo(cluster, right.namespace) };
  }

  private label(): Record<string, string> {
    return { [LABEL]: this.lab.id };
  }
}
