import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recorded, type RecordedResource, resetMocks, setConfig } from "../../support/mocks";
import { runProgram } from "../../support/program";
import { KubeConfig } from "@kubernetes/client-node";
import { ApiServer } from "./api-server";
import { until } from "../../../tooling/support/until";

/** What decides what a student may write. Nothing else is needed before an API server without nodes. */
const JUDGES =
  /:(?:Namespace|CustomResourceDefinition|PriorityClass|ServiceAccount|Role|RoleBinding|ClusterRole|ClusterRoleBinding|ValidatingAdmission\w+|ResourceQuota|LimitRange|WorkflowTemplate|CronWorkflow|Deployment|FlowSchema|PriorityLevelConfiguration)$/;

type Manifest = Record<string, unknown> & {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

/** The base of a class and its students as the program makes them, before a real API server without nodes. */
export class ClassCluster {
  private constructor(
    public readonly server: ApiServer,
    private readonly folder: string,
  ) {}

  /** @returns undefined where this machine has no Kubernetes programs */
  static async start(students: readonly string[]): Promise<ClassCluster | undefined> {
    const server = await ApiServer.ofThisMachine();
    if (server === undefined) return undefined;
    const cluster = new ClassCluster(server, mkdtempSync(join(tmpdir(), "gourmetgram-class-cluster-")));
    try {
      await cluster.fill(students);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Text of a kubeconfig with a real token of an account. */
  async kubeconfigOf(namespace: string, account: string): Promise<string> {
    const token = await this.server.kubectl("create", "token", account, "--namespace", namespace);
    const config = new KubeConfig();
    config.loadFromFile(this.server.kubeconfig);
    const [cluster] = config.getClusters();
    if (cluster === undefined) throw new Error("the kubeconfig names no cluster");
    const name = account;
    config.loadFromClusterAndUser(cluster, { name, token });
    return config.exportConfig();
  }

  /** Creates objects with all rights. */
  async apply(...objects: readonly object[]): Promise<string> {
    const file = join(this.folder, "objects.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    return this.server.kubectl("apply", "--server-side", "--force-conflicts", "-f", file);
  }

  private async fill(students: readonly string[]): Promise<void> {
    const base = await manifestsOf({ scope: "base" });
    const all = [base];
    for (const student of students) {
      all.push(await manifestsOf({ scope: "student", student, baseStack: "dev-base", size: "small" }));
    }
    const objects = all.flat();
    const first = objects.filter(({ kind }) => kind === "Namespace" || kind === "CustomResourceDefinition");
    await this.apply(...first);
    await this.server.kubectl("wait", "--for=condition=Established", "--all", "crd", "--timeout=60s");
    const others = objects.filter((each) => !first.includes(each));
    await this.apply(...others);
    for (const each of others.filter(({ kind }) => kind === "ResourceQuota")) await this.count(each);
    // Nobody makes it without a controller, and no pod is admitted without it.
    await this.apply(
      ...objects
        .filter(({ kind }) => kind === "Namespace")
        .map(({ metadata }) => ({
          apiVersion: "v1",
          kind: "ServiceAccount",
          metadata: { name: "default", namespace: metadata.name },
        })),
    );
    await this.inForce(students[0] ?? "");
  }

  /** What the quota's controller would do: without it, no quota counts. */
  private async count(quota: Manifest): Promise<void> {
    const { hard } = quota["spec"] as { hard: Record<string, string> };
    const used = Object.fromEntries(Object.keys(hard).map((name) => [name, "0"]));
    const { name, namespace = "" } = quota.metadata;
    await this.server.kubectl(
      ...["patch", "resourcequota", name, "--namespace", namespace, "--subresource=status"],
      ...["--type=merge", "--patch", JSON.stringify({ status: { hard, used } })],
    );
  }

  /** A new policy is in force a moment after it was stored. */
  private async inForce(student: string): Promise<void> {
    const file = join(this.folder, "forged.json");
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Workflow",
        metadata: { generateName: "forged-", namespace: `gourmetgram-${student}` },
        spec: {},
      }),
    );
    const account = `system:serviceaccount:gourmetgram-${student}:student`;
    const refused = (): Promise<boolean> =>
      this.server.kubectl("create", "--dry-run=server", "--as", account, "-f", file).then(
        () => false,
        (error: unknown) => String(error).includes("gourmetgram-student-workflows"),
      );
    await until(refused, { signal: AbortSignal.timeout(60_000) });
  }
}

/** The objects of a stack that decide, as the provider sends them. */
async function manifestsOf(config: Record<string, string>): Promise<Manifest[]> {
  // As a preview, in which nobody asks a cluster for a token.
  resetMocks({ preview: true });
  setConfig(config);
  await runProgram();
  return (await recorded()).filter(({ type }) => JUDGES.test(type)).map(manifestOf);
}

function manifestOf({ type, inputs }: RecordedResource): Manifest {
  const [, api = "", kind = ""] = /^kubernetes:(.+):(\w+)$/.exec(type) ?? [];
  const text = JSON.stringify({ ...inputs, apiVersion: api.replace(/^core\//, ""), kind });
  // Members of this kind have names in Kubernetes that are none in TypeScript.
  return JSON.parse(text.replaceAll(/"x_kubernetes_\w+"/g, (name) => name.replaceAll("_", "-"))) as Manifest;
}
