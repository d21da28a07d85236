import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { controlPlane } from "../../../cluster/kind-config";
import { kubeconfig } from "../../../machine/paths";
import { isKubeconfigText } from "../../../../components/kubernetes";
import { kubeconfigSetting } from "../../../engine/cluster-access";
import { succeeds } from "../../../machine/run";
import { handOver } from "../../../support/hand-over";
import { withTemporaryFolder } from "../../../support/interruption";
import { hasOwnCluster, stackSetting } from "../../../engine/stack/stack-settings";
import { goBuilds, isBuilt, programPath } from "../../../toolchain/go-builds";

const builds = { kubectl: goBuilds.kubernetes, argo: goBuilds.argo } as const;

/** Runs a command line tool on the lab's cluster: the one built for the embedded lab, else the one on the PATH. */
export async function runTool(name: keyof typeof builds, args: string[]): Promise<void> {
  const command = await commandFor(name);
  await withTemporaryFolder("tool", async (folder) => {
    const cluster = hasOwnCluster()
      ? await pointerTo(await kubeconfigSetting(), stackSetting("kubernetes:context"), folder)
      : { env: { KUBECONFIG: kubeconfig }, flags: [] };
    const [program = name, ...first] = command;
    process.exitCode = await handOver(program, [...first, ...cluster.flags, ...args], { env: cluster.env });
  });
}

/** The tool that was built here, else the one on the PATH, else for kubectl the one inside the embedded cluster's node. */
async function commandFor(name: keyof typeof builds): Promise<string[]> {
  if (isBuilt(builds[name])) return [programPath(builds[name], name)];
  const inNode = name === "kubectl" && !hasOwnCluster() && !(await succeeds(name, ["version", "--client"]));
  return inNode ? ["docker", "exec", "--interactive", controlPlane, name] : [name];
}

/** What makes kubectl and argo talk to a cluster. */
interface Pointer {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

/**
 * Points a tool at the cluster that the stack's settings name, which need not be the one that kubectl would take.
 *
 * @param setting `kubernetes:kubeconfig`: a path, or the text itself.
 * @param context `kubernetes:context`.
 * @param folder Where a text is put, for the tool alone to read.
 */
export async function pointerTo(
  setting: string | undefined,
  context: unknown,
  folder: string,
): Promise<Pointer> {
  const flags = typeof context === "string" ? ["--context", context] : [];
  if (setting === undefined) return { env: {}, flags };
  if (!isKubeconfigText(setting)) return { env: { KUBECONFIG: setting }, flags };
  const file = join(folder, "kubeconfig");
  await writeFile(file, setting, { mode: 0o600 });
  return { env: { KUBECONFIG: file }, flags };
}
