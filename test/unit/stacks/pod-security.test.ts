import assert from "node:assert/strict";
import { recorded, resetMocks, setConfig } from "../../support/mocks";
import { runProgram } from "../../support/program";

const ENFORCE = "pod-security.kubernetes.io/enforce";

/** Controllers with pods, and pods. */
const WORKLOADS = /^kubernetes:(?:apps|batch|core)\/v1:(?:Deployment|StatefulSet|DaemonSet|CronJob|Job|Pod)$/;

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The level of each namespace, and the namespaces of others in which the program has pods. */
async function levelsOf(
  config: Record<string, string>,
  secrets: Record<string, string> = {},
): Promise<Record<string, string>> {
  resetMocks({ preview: true });
  setConfig(config, secrets);
  await runProgram();
  const all = (await recorded()).map(({ type, inputs }) => ({
    type,
    metadata: (inputs as { metadata?: Metadata }).metadata,
  }));
  const own = all
    .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
    .map(({ metadata }): [string, string] => [metadata?.name ?? "", metadata?.labels?.[ENFORCE] ?? "none"]);
  const levels = new Map(own);
  for (const { type, metadata } of all) {
    const where = metadata?.namespace ?? "default";
    if (WORKLOADS.test(type) && !levels.has(where)) levels.set(where, "of the cluster");
  }
  return Object.fromEntries([...levels].sort());
}

// BuildKit needs system calls that every other level forbids. The registry is the cluster's: its images are those of
// nodes, and kube-system has parts of the cluster that `restricted` would refuse.
describe("the Pod Security level of namespaces", () => {
  it("is restricted in a lab, but where images are built", async () => {
    assert.deepEqual(await levelsOf({}), {
      argo: "restricted",
      "gourmetgram-build": "privileged",
      "gourmetgram-platform": "restricted",
      "gourmetgram-staging": "restricted",
      "kube-system": "of the cluster",
    });
  });

  it("is restricted in a class's base, but where the registry is", async () => {
    const config = { scope: "base", backupSchedule: "0 3 * * *" };
    assert.deepEqual(await levelsOf(config, { backupPassphrase: "several words" }), {
      argo: "restricted",
      "gourmetgram-backup": "restricted",
      "kube-system": "of the cluster",
    });
  });

  it("is restricted for a student, but where that student's images are built", async () => {
    assert.deepEqual(await levelsOf({ scope: "student", student: "alice", baseStack: "dev-base" }), {
      "gourmetgram-alice": "restricted",
      "gourmetgram-alice-build": "privileged",
      "gourmetgram-alice-staging": "restricted",
    });
  });
});
