import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { freePort } from "../../support/free-port";

/** Programs of a Kubernetes control plane, by their paths. */
export interface ControlPlanePrograms {
  readonly kubectl: string;
  readonly kubeApiserver: string;
  readonly etcd: string;
}

/**
 * An API server of its own with nothing behind it: no node, no controller. It takes and judges objects as that of a
 * cluster does, and is gone afterwards.
 */
export class ApiServer {
  private constructor(
    private readonly kubectlProgram: string,
    private readonly folder: string,
    private readonly children: ChildProcess[],
    /** Where it takes connections, as `host:port`. */
    readonly address: string,
  ) {}

  /**
   * Starts one from the programs that test/engine.ts has found.
   *
   * @returns undefined where this machine has no Kubernetes programs
   */
  static async ofThisMachine(): Promise<ApiServer | undefined> {
    const { GOURMETGRAM_KUBERNETES: programs, GOURMETGRAM_ETCD: etcd } = process.env;
    if (programs === undefined || etcd === undefined) return undefined;
    return ApiServer.start({
      kubectl: join(programs, "kubectl"),
      kubeApiserver: join(programs, "kube-apiserver"),
      etcd,
    });
  }

  /** @throws Error if it does not answer within 60 s */
  static async start(programs: ControlPlanePrograms): Promise<ApiServer> {
    const folder = mkdtempSync(join(tmpdir(), "gourmetgram-api-server-"));
    const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    mkdirSync(join(folder, "data"), { mode: 0o700 });
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = file("accounts.key", privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    const url = `http://127.0.0.1:${client}`;
    const etcd = spawn(
      programs.etcd,
      [
        `--data-dir=${join(folder, "data")}`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=http://127.0.0.1:${peer}`,
        // Nothing that it keeps is needed after a crash.
        "--unsafe-no-fsync",
      ],
      { stdio: "ignore" },
    );
    const apiserver = spawn(
      programs.kubeApiserver,
      [
        `--etcd-servers=${url}`,
        "--bind-address=127.0.0.1",
        `--secure-port=${secure}`,
        `--cert-dir=${join(folder, "certificates")}`,
        `--token-auth-file=${file("tokens.csv", "test-token,test,test,system:masters\n")}`,
        "--authorization-mode=RBAC",
        // As kubeadm starts it: whether pods are privileged is decided by Pod Security.
        "--allow-privileged=true",
        "--service-account-issuer=https://kubernetes.default.svc",
        `--service-account-key-file=${key}`,
        `--service-account-signing-key-file=${key}`,
        "--service-cluster-ip-range=10.96.0.0/16",
      ],
      { stdio: "ignore" },
    );
    const server = new ApiServer(programs.kubectl, folder, [apiserver, etcd], `127.0.0.1:${secure}`);
    file("kubeconfig", kubeconfig(secure));
    try {
      await server.ready();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Path of a kubeconfig with all rights. */
  get kubeconfig(): string {
    return join(this.folder, "kubeconfig");
  }

  /** What kubectl prints, its warnings included. @throws Error if it fails */
  async kubectl(...args: string[]): Promise<string> {
    const env = { KUBECONFIG: this.kubeconfig, HOME: this.folder };
    return (await execa(this.kubectlProgram, args, { env, all: true, stdin: "ignore" })).all;
  }

  /**
   * Waits for work that deletes objects of these kinds. In a cluster the garbage collector lets an object go that is
   * deleted after its dependents; here none runs.
   */
  async collecting<T>(kinds: string, work: Promise<T>): Promise<T> {
    let done = false;
    const ended = work.finally(() => {
      done = true;
    });
    while (!done) {
      const { items } = JSON.parse(await this.kubectl("get", kinds, "-A", "-o", "json")) as {
        items: { kind: string; metadata: { name: string; namespace: string; finalizers?: string[] } }[];
      };
      for (const { kind, metadata } of items) {
        const { name, namespace, finalizers = [] } = metadata;
        if (!finalizers.includes("foregroundDeletion")) continue;
        const none = '{"metadata":{"finalizers":null}}';
        await this.kubectl("patch", kind, name, "-n", namespace, "--type=merge", "-p", none).catch(() => "");
      }
      await Promise.race([ended.catch(() => undefined), delay(1000)]);
    }
    return ended;
  }

  async stop(): Promise<void> {
    for (const child of this.children.filter(({ exitCode }) => exitCode === null)) {
      child.kill();
      await once(child, "exit");
    }
    rmSync(this.folder, { recursive: true });
  }

  private async ready(): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.kubectl("get", "--raw", "/readyz");
        return;
      } catch (error) {
        if (attempt === 60 || this.children.some((child) => child.exitCode !== null)) throw error;
        await delay(1000);
      }
    }
  }
}

function kubeconfig(port: number): string {
  const name = "test";
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    // It made its certificate itself a moment ago.
    clusters: [{ name, cluster: { server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
    users: [{ name, user: { token: "test-token" } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
}
