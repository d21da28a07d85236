import { type KubernetesObject, Watch } from "@kubernetes/client-node";
import { type Cluster, reasonOf } from "../api-clients";
import { type Family, familyOf, NoSuchRun, ownedBy } from "./family";
import type { NewWorkflow } from "./submission";
import { type CronWorkflow, isOver, nameOf, type Workflow, type WorkflowTemplate } from "./workflow";
import { errorOf } from "../../support/errors";
import { unlessAborted } from "../../support/until";

const GROUP = { group: "argoproj.io", version: "v1alpha1" };

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
    return (await this.list<Workflow>("workflows", labelSelector)).items;
  }

  /** The run of that name; undefined if there is none. */
  async find(name: string): Promise<Workflow | undefined> {
    return (await this.workflows()).find((run) => nameOf(run) === name);
  }

  /** @throws NoSuchRun if there is no such run */
  async family(name: string): Promise<Family> {
    const found = familyOf(name, await this.workflows());
    if (found === undefined) throw new NoSuchRun(name, this.namespace);
    return found;
  }

  /** Gives labels to a run, besides those that it has. */
  async label(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const patch = Object.entries(labels).map(([key, value]) => ({
      op: "add",
      path: `/metadata/labels/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
      value,
    }));
    await this.patch(name, patch);
  }

  /** Has a run end at once, without what it does at its end. */
  terminate(name: string): Promise<Workflow> {
    return this.patch(name, [{ op: "add", path: "/spec/shutdown", value: "Terminate" }]);
  }

  /** Has a run end at once, and then do what it does at its end. */
  stop(name: string): Promise<Workflow> {
    return this.patch(name, [{ op: "add", path: "/spec/shutdown", value: "Stop" }]);
  }

  /** @param body A JSON patch of a run. */
  async patch(name: string, body: readonly object[]): Promise<Workflow> {
    const place = this.place("workflows");
    return (await this.cluster.objects.patchNamespacedCustomObject({ ...place, name, body })) as Workflow;
  }

  /** @param labelSelector @default all runs of the namespace */
  async deleteWorkflows(labelSelector?: string): Promise<void> {
    const place = this.place("workflows");
    const selection = labelSelector === undefined ? {} : { labelSelector };
    await this.cluster.objects.deleteCollectionNamespacedCustomObject({ ...place, ...selection });
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
    return (await this.list<KubernetesObject>(plural)).items;
  }

  /**
   * Follows a run, and the runs that it starts, until it has ended.
   *
   * @param seen Called with each state of the run or of a child.
   * @returns the run and its children in their last state
   * @throws NoSuchRun if there is no such run (any more); the signal's reason when it is aborted; Error if runs may not
   *   be watched
   */
  async follow(name: string, seen: (family: Family) => void, signal: AbortSignal): Promise<Family> {
    for (;;) {
      signal.throwIfAborted();
      // Asked for afresh where the server has closed the stream, as it does now and then.
      const { items, version } = await unlessAborted(this.list<Workflow>("workflows"), signal);
      const known = new Map(items.map((run) => [nameOf(run), run]));
      const family = (): Family => {
        const found = familyOf(name, [...known.values()]);
        if (found === undefined) throw new NoSuchRun(name, this.namespace);
        return found;
      };
      let now = family();
      seen(now);
      if (isOver(now.run)) return now;
      const finished = await this.watch(
        version,
        (event, run) => {
          if (event === "DELETED") known.delete(nameOf(run));
          else known.set(nameOf(run), run);
          const mine = nameOf(run) === name || ownedBy(run, now.run);
          if (!mine) return false;
          now = family();
          seen(now);
          return isOver(now.run);
        },
        signal,
      );
      if (finished) return now;
    }
  }

  /** The namespace's objects of a kind, and the version of the collection from which their changes can be watched. */
  private async list<T>(
    plural: string,
    labelSelector?: string,
  ): Promise<{ items: T[]; version: string | undefined }> {
    const selection = labelSelector === undefined ? {} : { labelSelector };
    const place = this.place(plural);
    const found: unknown = await this.cluster.objects.listNamespacedCustomObject({ ...place, ...selection });
    const { items, metadata } = found as { items: T[]; metadata?: { resourceVersion?: string } };
    return { items: [...items], version: metadata?.resourceVersion };
  }

  /**
   * Watches the namespace's runs for at most half a minute.
   *
   * @param seen Called with each change; true ends the watch.
   * @returns whether it was `seen` that ended it
   */
  private watch(
    resourceVersion: string | undefined,
    seen: (event: string, run: Workflow) => boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    const path = `/apis/${GROUP.group}/${GROUP.version}/namespaces/${this.namespace}/workflows`;
    let close: () => void = () => undefined;
    return new Promise<boolean>((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason as Error);
      signal.addEventListener("abort", onAbort);
      const connection = new Watch(this.cluster.config).watch(
        path,
        { resourceVersion, timeoutSeconds: 30 },
        (event, object) => {
          try {
            // An error is that of a version too old to watch from.
            if (event === "ERROR") resolve(false);
            else if (seen(event, object as Workflow)) resolve(true);
          } catch (error) {
            reject(errorOf(error));
          }
        },
        (error: unknown) => {
          if (error === null || error === undefined) resolve(false);
          else reject(new Error(`the workflows of ${this.namespace} cannot be watched: ${reasonOf(error)}`));
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
