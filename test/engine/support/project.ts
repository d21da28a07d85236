import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { devDependencies } from "../../../package.json";
import { backendUrl } from "../../../tooling/engine/stack/state";
import { checkout } from "../../support/checkout";
import { ApiServer } from "./api-server";

/** Without one no stack with volumes is let in. */
export const STORAGE_CLASS = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: "example.org/none",
  // No claim is bound here, and none is waited for until a pod uses it.
  volumeBindingMode: "WaitForFirstConsumer",
};

/** Options of the engine that keep it to some of the resources. */
export const targets = (all: readonly string[]): string[] => all.flatMap((target) => ["--target", target]);

/**
 * The lab's data, and what it hangs on: what an API server without nodes can bring up. No pod runs there, so no Deployment
 * gets ready.
 */
export const DATA_TARGETS = targets([
  "**:Ownership::*",
  "**RandomPassword::ownership-id",
  "**:PlatformNamespace::platform",
  "**Namespace::platform-namespace",
  "**:Mlflow::*",
  "**Secret::mlflow-credentials",
  "**PersistentVolumeClaim::mlflow-artifacts",
  "**:Postgres::*",
  "**RandomPassword::postgres-password",
  "**Secret::postgres-credentials",
  "**Service::postgres-service",
  "**:AppRepository::*",
  "**RandomPassword::app-repository-password",
  "**ConfigMap::app-repository-files",
  "**Secret::app-repository-users",
  "**PersistentVolumeClaim::app-repository-data",
  "**:LocalRegistry::*",
  "**PersistentVolumeClaim::registry-data",
]);

export interface Ended {
  readonly all: string;
  readonly exitCode: number | undefined;
}

/** A resource of a stack's state, as far as tests read it. */
export interface ResourceInState {
  readonly type: string;
  readonly urn: string;
  readonly id?: string;
}

/** The project with a state of its own, as somebody else's checkout of it has. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "gourmetgram-project-"));
  readonly backend = join(this.folder, "state");

  constructor(private readonly server: ApiServer) {
    mkdirSync(this.backend);
    for (const name of readdirSync(checkout).filter((each) => !/^Pulumi\..+\.yaml$|^\.git$/.test(each))) {
      symlinkSync(join(checkout, name), join(this.folder, name));
    }
  }

  /** What the engine finds in its environment. */
  get environment(): Record<string, string> {
    const home = process.env["GOURMETGRAM_ENGINE_HOME"] ?? "";
    return {
      PATH: [join(home, "versions", devDependencies.pulumi, "bin"), process.env["PATH"]].join(delimiter),
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: backendUrl(this.backend),
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for this test only",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KUBECONFIG: this.server.kubeconfig,
    };
  }

  async pulumi(...args: string[]): Promise<Ended> {
    const words = [...args, "--non-interactive"];
    const { all, exitCode } = await execa("pulumi", words, {
      cwd: this.folder,
      env: this.environment,
      all: true,
      reject: false,
    });
    return { all, exitCode };
  }

  async make(stack: string, settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.pulumi("stack", "init", stack);
    await this.set(stack, settings);
  }

  async set(stack: string, settings: Readonly<Record<string, string>>): Promise<void> {
    const all = Object.entries(settings).flatMap(([key, value]) => [
      "--plaintext",
      `gourmetgram:${key}=${value}`,
    ]);
    if (all.length > 0) await this.pulumi("config", "set-all", ...all, "--stack", stack);
  }

  up(stack: string, ...more: string[]): Promise<Ended> {
    return this.pulumi("up", "--yes", "--skip-preview", "--stack", stack, ...more);
  }

  destroy(stack: string, ...more: string[]): Promise<Ended> {
    return this.pulumi("destroy", "--yes", "--skip-preview", "--stack", stack, ...more);
  }

  /** What the state has, without the stack itself. */
  async resources(stack: string): Promise<ResourceInState[]> {
    const { all } = await this.pulumi("stack", "export", "--stack", stack);
    const { deployment } = JSON.parse(all) as { deployment: { resources?: ResourceInState[] } };
    return (deployment.resources ?? []).filter(({ type }) => type !== "pulumi:pulumi:Stack");
  }

  /** Types of what the state has, without the stack itself. */
  async state(stack: string): Promise<string[]> {
    return (await this.resources(stack)).map(({ type }) => type);
  }

  /** Path of a file with the object. */
  fileOf(object: { readonly metadata: { readonly name: string } }): string {
    const file = join(this.backend, `${object.metadata.name}.json`);
    writeFileSync(file, JSON.stringify(object));
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** A project and the API server that its stacks are on. */
export interface ProjectOnServer {
  readonly server: ApiServer;
  readonly project: Project;
}

/**
 * Has the tests of a block run with an API server that has a storage class, and a project on it. They are skipped on a
 * machine without Kubernetes, or without GOURMETGRAM_ENGINE_HOME: a folder as PULUMI_HOME, with the engine, its language
 * host and the plugins.
 *
 * @param prepare Runs before the first test.
 */
export function onServerWithProject(prepare: (on: ProjectOnServer) => Promise<void> | void): void {
  let on: ProjectOnServer | undefined;
  before(async function () {
    if (process.env["GOURMETGRAM_ENGINE_HOME"] === undefined) return this.skip();
    const server = await ApiServer.ofThisMachine();
    if (server === undefined) return this.skip();
    on = { server, project: new Project(server) };
    await server.kubectl("create", "-f", on.project.fileOf(STORAGE_CLASS));
    await prepare(on);
  });
  after(async () => {
    await on?.server.stop();
    on?.project.remove();
  });
}
