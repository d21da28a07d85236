import { readFileSync } from "node:fs";
import { release, totalmem } from "node:os";
import { findDocker } from "../../machine/docker/docker";
import { hasOwnCluster } from "../../engine/stack/stack-settings";
import { buildkitMode, restrictedNamespaces, USER_NAMESPACES } from "../images/official-node";
import type { LabParts } from "../embedded-lab";
import { type Check, type Docker, gibibyte, inGiB } from "./check";

/** The idle lab takes 2.0 GiB, a training run and a build beside it 2 more; so does the Kubernetes provider's link step. */
const requiredMemory = 6 * gibibyte;

/** A machine with so much memory shows less of it: its kernel keeps some for itself. */
const SHOWN = 0.92;

/** kind starts its nodes with an option that Docker has had since then. */
const OLDEST = [20, 10] as const;

/** Pulumi's Docker plugin cannot build with the image store of containerd before this version (moby/moby#47717). */
const OLDEST_WITH_CONTAINERD = 28;

const ownCluster = "GOURMETGRAM_STACK=dev npm run pulumi -- config set kubernetes:context NAME";

/** Architectures for which there are images, as Docker names that of the machine that it runs on. */
const ARCHITECTURES = ["x86_64", "amd64", "aarch64", "arm64"];

/**
 * Whether there is a Docker that builds the stack's images and carries the cluster.
 *
 * @param startable Whether `up` can install and start one.
 */
export function checkDocker(docker: Docker, startable: boolean, { engine }: Pick<LabParts, "engine">): Check {
  const name = "Docker";
  if ("absent" in docker) {
    if (startable) return { name, found: "does not run yet: up installs and starts it" };
    const problem = `no Docker daemon answers (${docker.absent})`;
    const other = hasOwnCluster() ? "" : `; or use a cluster of your own: ${ownCluster}`;
    const remedy = `start Docker, or choose its context (docker context use NAME)${other}`;
    return { name, found: docker.absent, obstacle: { problem, remedy } };
  }
  const { version, architecture, inContainerd } = docker;
  const refused = (problem: string, remedy: string): Check => ({
    name,
    found: version,
    obstacle: { problem, remedy },
  });
  if (architecture !== "" && !ARCHITECTURES.includes(architecture)) {
    return refused(
      `Docker runs on ${architecture}; images of the lab exist for linux/amd64 and linux/arm64`,
      "use a machine or a Docker context of one of these",
    );
  }
  // A version without numbers was built by its user.
  const [major = Infinity, minor = 0] = (/^(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return refused(`Docker ${version} is too old, ${OLDEST.join(".")} or later is needed`, "update Docker");
  }
  if (engine === "official" && inContainerd && major < OLDEST_WITH_CONTAINERD) {
    return refused(
      `Docker ${version} keeps its images in containerd, with which Pulumi builds only from Docker ${OLDEST_WITH_CONTAINERD} on`,
      "update Docker, or turn that image store off (Docker Desktop: Settings, General, Use containerd)",
    );
  }
  return { name, found: version };
}

/**
 * Makes sure that there is a Docker that builds the images of a stack on a cluster that its user configures.
 *
 * @throws Error with a remedy if not; nothing has been changed then
 */
export async function requireDockerForImages(parts: LabParts): Promise<void> {
  const { obstacle } = checkDocker(await findDocker(), false, parts);
  if (obstacle === undefined) return;
  throw new Error(`the stack's images cannot be built: ${obstacle.problem}\n  remedy: ${obstacle.remedy}`);
}

/** An address of a Docker on another machine. One at a loopback address may be that of this machine's virtual one. */
const ELSEWHERE = /^(?:ssh|tcp|https?):\/\/(?!(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?\/?$)/;

/** Whether the ports of the cluster's nodes are published on this machine. */
export function checkPlace(address: string | undefined): Check {
  const name = "Docker's place";
  if (address === undefined || !ELSEWHERE.test(address)) return { name, found: "this machine" };
  const problem = `Docker is on another machine (${address}): the cluster's ports would be published there`;
  const remedy =
    "run the lab there, or choose a Docker of this machine: docker context use default, and no DOCKER_HOST";
  return { name, found: address, obstacle: { problem, remedy } };
}

export function checkMemory(docker: Docker): Check {
  const bytes = "absent" in docker ? totalmem() : docker.memory;
  const found = inGiB(bytes);
  if (bytes >= requiredMemory * SHOWN) return { name: "memory", found };
  const problem = `Docker has ${found} of memory, ${inGiB(requiredMemory)} needed`;
  const remedy =
    "give Docker more (Docker Desktop: Settings, Resources; colima start --memory 8), or use a larger machine";
  return { name: "memory", found, obstacle: { problem, remedy } };
}

/** The kernel of this machine. */
interface Kernel {
  readonly release: string;
  /** Value of the setting {@link USER_NAMESPACES}; undefined where there is no such setting. */
  readonly setting: string | undefined;
}

/** Whether BuildKit gets a user namespace where Docker runs on this machine's kernel; for others, a later step looks. */
export function checkUserNamespaces(docker: Docker, kernel = ownKernel(), mode = buildkitMode()): Check {
  const name = "user namespaces";
  if (mode !== "rootless") return { name, found: `not needed, gourmetgram:buildkitMode is ${mode}` };
  if ("absent" in docker || docker.kernel !== kernel.release) return { name, found: "looked at by up" };
  const obstacle = restrictedNamespaces(kernel.setting);
  return obstacle === undefined ? { name, found: "allowed" } : { name, found: "restricted", obstacle };
}

function ownKernel(): Kernel {
  let setting: string | undefined;
  try {
    setting = readFileSync(USER_NAMESPACES, "utf8");
  } catch {
    // Another system, or a kernel without AppArmor.
  }
  return { release: release(), setting };
}
