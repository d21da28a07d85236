import { execa } from "execa";
import { kubeconfig } from "../paths";
import { hasOwnCluster } from "../stack-settings";
import { goBuilds, isBuilt, programPath } from "../toolchain/go-builds";

const builds = { kubectl: goBuilds.kubernetes, argo: goBuilds.argo } as const;

/** Runs a command line tool on the lab's cluster: the one built for the embedded lab, else the one on the PATH. */
export async function runTool(name: keyof typeof builds, args: string[]): Promise<void> {
  const command = isBuilt(builds[name]) ? programPath(builds[name], name) : name;
  const env = hasOwnCluster() ? {} : { KUBECONFIG: kubeconfig };
  const { exitCode, code } = await execa(command, args, { stdio: "inherit", reject: false, env });
  if (code === "ENOENT")
    throw new Error(`${name} is not on the PATH; install it, or use the embedded lab, which has it`);
  process.exitCode = exitCode ?? 1;
}
