import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ApiServer } from "./support/api-server";
import { DATA_TARGETS, onServerWithProject, Project } from "./support/project";

const PLATFORM = "gourmetgram-platform";
const DATA = "gourmetgram.dev/data";

interface Found {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

describe("a lab with keepData, with the real engine and API server", function () {
  this.timeout(400_000);
  let server: ApiServer;
  let project: Project;
  let first: Found[];

  onServerWithProject((on) => {
    ({ server, project } = on);
  });

  /** What the lab has in the cluster, of the kinds that hold its data and one that does not. */
  async function found(): Promise<Found[]> {
    const kinds = "namespaces,pvc,secrets,configmaps,services";
    const selector = "app.kubernetes.io/instance=lab";
    const text = await server.kubectl("get", kinds, "-A", "-l", selector, "-o", "json");
    const { items } = JSON.parse(text) as { items: Found[] };
    return items.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  const nameOf = ({ kind, metadata: { namespace = "", name } }: Found): string =>
    `${kind} ${namespace}/${name}`;

  /** What makes an object the one that it was. */
  const identity = (each: Found): unknown => [nameOf(each), each.metadata.uid, each.data];

  const holdsData = ({ metadata: { labels = {} } }: Found): boolean => DATA in labels;

  /** Has claims be bound, as they are once a pod has used them. No controller does that here. */
  async function bind(claims: readonly Found[]): Promise<void> {
    for (const { metadata } of claims) {
      const { name, namespace = "" } = metadata;
      const patch = ["--subresource=status", "--type=merge", "--patch", '{"status":{"phase":"Bound"}}'];
      await server.kubectl("patch", "pvc", name, "--namespace", namespace, ...patch);
    }
  }

  async function up(): Promise<string> {
    const { all, exitCode } = await project.up("lab", ...DATA_TARGETS);
    assert.equal(exitCode, 0, all);
    return all;
  }

  it("leaves its volumes, what opens them and the namespace, and nothing else", async () => {
    await project.make("lab", { keepData: "true" });
    await up();
    first = await found();
    // Also a lab that never went away is not changed by the next run.
    assert.match(await up(), /\d+ unchanged/);
    assert.deepEqual((await found()).map(identity), first.map(identity));
    const destroyed = await server.collecting("secrets,configmaps,services", project.destroy("lab"));
    assert.equal(destroyed.exitCode, 0, destroyed.all);
    const left = await found();
    assert.deepEqual(
      left.map((each) => nameOf(each).replace(/-[0-9a-f]{8}$/, "")),
      [
        `Namespace /${PLATFORM}`,
        "PersistentVolumeClaim " + `${PLATFORM}/app-repository-data`,
        "PersistentVolumeClaim " + `${PLATFORM}/mlflow-artifacts`,
        "PersistentVolumeClaim kube-system/registry-data",
        `Secret ${PLATFORM}/app-repository-users`,
        `Secret ${PLATFORM}/postgres-credentials`,
      ],
    );
    assert.deepEqual(left.map(identity), first.filter(holdsData).map(identity));
    assert.deepEqual(await project.state("lab"), []);
  });

  it("has them again when it comes up from nothing, with the same passwords", async () => {
    await bind(first.filter(({ kind }) => kind === "PersistentVolumeClaim"));
    await project.pulumi("stack", "rm", "lab", "--yes", "--preserve-config");
    await project.make("lab");
    await up();
    const now = await found();
    assert.deepEqual(now.filter(holdsData).map(identity), first.filter(holdsData).map(identity));
    // MLflow opens the database with the password of then.
    const password = text(now, "postgres-credentials", "password");
    assert.match(
      text(now, "mlflow-credentials", "databaseUri"),
      new RegExp(`^postgresql://mlflow:${password}@`),
    );
  });

  it("does not change them when it is brought up once more", async () => {
    const then = (await found()).map(identity);
    // From here on servers use the data, as in a lab that is up: then nothing says the names of what was kept.
    for (const [kind, name, namespace] of [
      ["Deployment", "mlflow", PLATFORM],
      ["Deployment", "app-repository", PLATFORM],
      ["StatefulSet", "mlflow-postgres", PLATFORM],
      ["Deployment", "registry", "kube-system"],
    ] as const) {
      const labels = {
        app: name,
        "app.kubernetes.io/instance": "lab",
        "app.kubernetes.io/managed-by": "pulumi",
      };
      const template = { metadata: { labels }, spec: { containers: [{ name, image: "example.org/none" }] } };
      const spec = { selector: { matchLabels: { app: name } }, template };
      const workload = { apiVersion: "apps/v1", kind, metadata: { name, namespace, labels }, spec };
      await server.kubectl("create", "-f", project.fileOf(workload));
    }
    await up();
    await up();
    assert.deepEqual((await found()).map(identity), then);
  });

  it("has them still where the stack has the kubeconfig itself, and its text changes", async () => {
    const then = (await found()).map(identity);
    const text = readFileSync(server.kubeconfig, "utf8");
    for (const kubeconfig of [text, text.replace("127.0.0.1", "localhost")]) {
      const words = ["--plaintext", "kubernetes:kubeconfig", kubeconfig, "--stack", "lab"];
      const { all, exitCode } = await project.pulumi("config", "set", ...words);
      assert.equal(exitCode, 0, all);
      await up();
      assert.deepEqual((await found()).map(identity), then);
    }
  });

  it("can change its mind without a conflict over who owns them", async () => {
    await project.set("lab", { keepData: "false" });
    await up();
    const now = await found();
    assert.deepEqual(now.filter(holdsData).map(identity), first.filter(holdsData).map(identity));
    assert.deepEqual(
      [...new Set(now.filter(holdsData).map(({ metadata }) => metadata.labels?.[DATA]))],
      ["goes-with-stack"],
    );
  });

  function text(all: readonly Found[], secret: string, key: string): string {
    const data = all.find(
      ({ kind, metadata }) => kind === "Secret" && metadata.name.startsWith(secret),
    )?.data;
    return Buffer.from(data?.[key] ?? "", "base64").toString();
  }
});
