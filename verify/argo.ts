import { type KubernetesObject, Watch } from "@kubernetes/client-node";
import { type Cluster, reasonOf } from "./cluster";
import type { CronWorkflow, Workflow, WorkflowTemplate } from "./workflow";
import { isOver, nameOf } from "./workflow";

const GROUP = { group: "argoproj.io", version: "v1alpha1" };

/** What is needed to create a run. */
export interface NewWorkflow {
  readonly metadata: {
    readonly generateName: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
    readonly ownerReferences?: Workflow["metadata"]["ownerReferences"];
  };
  readonly spec: Workflow["spec"];
}

/** Argo's objects in one namespace, through the Kubernetes API, with the rights of one identity. */
export class Argo {
  constructor(
    private readonly cluster: Cluster,
    private readonly namespace: string,
  ) {}

  async createWorkflow(workflow: NewWorkflow): Promise<Workflow> {
    const body = { apiVersion: `${GROUP.group}/${GROUP.version}`, kind: "Workflow", ...workflow };
    const place = this.place("workflows");
    return (await this.cluster.objects.createNamespacedCustomObject({ ...place, body })) as Workflow;
  }

  /** @param labelSelector @default all runs of the namespace */
  async workflows(labelSelector?: string): Promise<Workflow[]> {
    const place = this.place("workflows");
    const selection = labelSelector === undefined ? {} : { labelSelector };
    const found: unknown = await this.cluster.objects.listNamespacedCustomObject({ ...place, ...selection });
    return [...(found as { items: Workflow[] }).items];
  }

  async deleteWorkflows(labelSelector: string): Promise<void> {
    const place = this.place("workflows");
    await this.cluster.objects.deleteCollectionNamespacedCustomObject({ ...place, labelSelector });
  }

  async template(name: string): Promise<WorkflowTemplate> {
    const place = this.place("workflowtemplates");
    return (await this.cluster.objects.getNamespacedCustomObject({ ...place, name })) as WorkflowTemplate;
  }

  async schedule(name: string): Promise<CronWorkflow> {
    const place = this.place("cronworkflows");
    return (await this.cluster.objects.getNamespacedCustomObject({ ...place, name })) as CronWorkflow;
  }

  /** The namespace's objects of a kind, as they are. */
  async all(plural: "workflows" | "workflowtemplates" | "cronworkflows"): Promise<KubernetesObject[]> {
    const found: unknown = await this.cluster.objects.listNamespacedCustomObject(this.place(plural));
    return [...(found as { items: KubernetesObject[] }).items];
  }

  /**
   * Waits until the run has ended.
   *
   * @param seen Called with each state of the run.
   * @returns the run in its last state
   * @throws the signal's reason when it is aborted; Error if the run is deleted meanwhile, or may not be watched
   */
  async follow(name: string, seen: (run: Workflow) => void, signal: AbortSignal): Promise<Workflow> {
    let run: Workflow | undefined;
    for (;;) {
      signal.throwIfAborted();
      // Asked for afresh where the server has closed the stream, as it does now and then.
      run ??= await this.workflow(name);
      seen(run);
      if (isOver(run)) return run;
      run = await this.nextState(run, signal);
    }
  }

  private async workflow(name: string): Promise<Workflow> {
    const place = this.place("workflows");
    return (await this.cluster.objects.getNamespacedCustomObject({ ...place, name })) as Workflow;
  }

  /** The run's next state, or undefined if there was none within half a minute. */
  private nextState(run: Workflow, signal: AbortSignal): Promise<Workflow | undefined> {
    const path = `/apis/${GROUP.group}/${GROUP.version}/namespaces/${this.namespace}/workflows`;
    const name = nameOf(run);
    const query = {
      fieldSelector: `metadata.name=${name}`,
      resourceVersion: run.metadata.resourceVersion,
      timeoutSeconds: 30,
    };
    let close: () => void = () => undefined;
    return new Promise<Workflow | undefined>((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason as Error);
      signal.addEventListener("abort", onAbort);
      const connection = new Watch(this.cluster.config).watch(
        path,
        query,
        (event, object) => {
          if (event === "DELETED") reject(new Error(`the workflow ${name} was deleted by someone`));
          // An error is that of a version too old to watch from.
          else resolve(event === "ERROR" ? undefined : (object as Workflow));
        },
        (error: unknown) => {
          if (error === null || error === undefined) resolve(undefined);
          else reject(new Error(`the workflow ${name} cannot be watched: ${reasonOf(error)}`));
        },
      );
      connection.catch(reject);
      close = () => {
        signal.removeEventListener("abort", onAbort);
        connection.then(
          (controller) => controller.abort(),
          () => undefined,
        );
      };
    }).finally(() => close());
  }

  private place(plural: string): typeof GROUP & { namespace: string; plural: string } {
    return { ...GROUP, namespace: this.namespace, plural };
  }
}
