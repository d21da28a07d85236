import { stackSetting } from "../../engine/stack/stack-settings";
import { askDocker, docker, findDocker } from "../../machine/docker/docker";
import type { Report } from "../../machine/run";
import { versions } from "../../machine/versions";
import type { Obstacle } from "../preflight/check";

const log = "node-image";
const image = versions.kindNode;

/** By this setting, AppArmor keeps programs that it does not know from making user namespaces. Ubuntu has it from 24.04 on. */
export const USER_NAMESPACES = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

/** How the stack's BuildKit runs; only without root it needs a user namespace of its own. */
export function buildkitMode(): string {
  const mode = stackSetting("gourmetgram:buildkitMode");
  return typeof mode === "string" ? mode : "rootless";
}

/**
 * Why BuildKit does not start without root, and what to do; undefined if it does.
 *
 * @param setting Value of the setting {@link USER_NAMESPACES}; undefined where the kernel has none.
 */
export function restrictedNamespaces(setting: string | undefined): Obstacle | undefined {
  if (setting?.trim() !== "1") return undefined;
  return {
    problem:
      "AppArmor restricts user namespaces on the machine that Docker runs on, so BuildKit does not start without root",
    remedy:
      "there, sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (with Colima: colima ssh -- sudo sysctl …); " +
      "or npm run pulumi -- config set gourmetgram:buildkitMode userns",
  };
}

/** Docker's names for the architectures of machines, as images have them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/**
 * Why nodes cannot be made of an image; undefined if they can. One of another architecture may be there from an earlier
 * `docker pull --platform`.
 *
 * @param own Architecture of the image, such as `arm64`; undefined where there is no image.
 * @param machine Architecture of the machine that Docker runs on, as it tells it: `aarch64`.
 */
export function unfitImage(own: string | undefined, machine: string): string | undefined {
  if (own === undefined) return `Docker has no image ${image}`;
  const needed = ARCHITECTURES[machine] ?? machine;
  return needed === "" || own === needed
    ? undefined
    : `the image ${image} in Docker is for linux/${own}, and Docker runs on linux/${needed}`;
}

async function unfit(): Promise<string | undefined> {
  const server = await findDocker();
  const own = await askDocker(["image", "inspect", "--format", "{{.Architecture}}", image]);
  return unfitImage(own, "absent" in server ? "" : server.architecture);
}

/** Whether Docker has the official node image, for the machine that it runs on. */
export const hasOfficialNode = async (): Promise<boolean> => (await unfit()) === undefined;

/** @throws Error if what was pulled is for another machine */
export async function pullOfficialNode(report: Report): Promise<void> {
  await docker(["pull", image], { log, report });
  const problem = await unfit();
  if (problem !== undefined) throw new Error(problem);
}

/**
 * Looks at the kernel that Docker runs on, which may be that of a virtual machine, from a container.
 *
 * @throws Error if BuildKit would not start there
 */
export async function requireUserNamespaces(): Promise<void> {
  const setting = await askDocker(["run", "--rm", "--entrypoint", "cat", image, USER_NAMESPACES]);
  const { problem } = restrictedNamespaces(setting) ?? {};
  if (problem !== undefined) throw new Error(problem);
}
