import type { V1Node } from "@kubernetes/client-node";
import { platformOfNodes, setCommand } from "../../config";
import { type Finding, type Inspection, refused, warned } from "./finding";

/** The oldest minor version of Kubernetes 1 that has all fields that the stack sets, such as `appArmorProfile`. */
const OLDEST = 30;
/** The newest minor version that Argo Workflows 3.7 and this program are meant for. */
const NEWEST = 37;

/** Whether the API server has a supported version. */
export const version: Inspection = async ({ cluster }) => {
  const found = await cluster.version();
  const minor = Number(found.split(".")[1]);
  if (minor < OLDEST) {
    const problem = `Kubernetes ${found}: expected 1.${OLDEST} or later`;
    return [refused(problem, "upgrade the cluster, or use another one")];
  }
  return minor > NEWEST
    ? [
        warned(
          `Kubernetes ${found} is newer than 1.${NEWEST}, the newest that this program supports`,
          "continue, and report what does not work",
        ),
      ]
    : [];
};

/** Whether the nodes run what the stack builds, and let BuildKit build. */
export const nodes: Inspection = ({ config, nodes }) => {
  const found = nodes.filter(takesPods);
  // Without nodes, or the right to see them, nothing is known of them.
  if (config.scope === "student" || found.length === 0) return Promise.resolve([]);
  return Promise.resolve([
    ...architecture(found, config.platform),
    ...userNamespaces(found, config.buildkitMode),
  ]);
};

/** A node with such a taint takes only pods that tolerate it. */
function takesPods({ spec }: V1Node): boolean {
  return (spec?.taints ?? []).every(({ effect }) => effect === "PreferNoSchedule");
}

function architecture(found: readonly V1Node[], platform: string | undefined): Finding[] {
  const architectures = found.flatMap(({ status }) => status?.nodeInfo?.architecture ?? []);
  if (platform !== undefined) {
    const others = [...new Set(architectures)].filter((each) => `linux/${each}` !== platform);
    if (others.length === 0) return [];
    const problem = `gourmetgram:platform is ${platform}, but there are nodes of ${others.join(", ")} that take pods`;
    const choice = setCommand("platform", `linux/${others[0] ?? ""}`);
    return [refused(problem, choice, "kubectl taint those nodes")];
  }
  const nodesPlatform = platformOfNodes(architectures);
  if ("problem" in nodesPlatform) {
    return [refused(nodesPlatform.problem, setCommand("platform", "linux/amd64"))];
  }
  const here = process.arch === "x64" ? "linux/amd64" : `linux/${process.arch}`;
  return nodesPlatform.platform === here
    ? []
    : [
        refused(
          `images would be built for ${here}, this machine's, but the nodes are ${nodesPlatform.platform}`,
          setCommand("platform", nodesPlatform.platform),
        ),
      ];
}

/** Operating systems of nodes on which only root creates user namespaces. */
const WITHOUT_USER_NAMESPACES = /^(?:Talos|Bottlerocket)/;
/** Ubuntu's kernel lets only programs that AppArmor knows make them, unless a setting of the host says otherwise. */
const RESTRICTED_BY_APPARMOR = /^Ubuntu (?:2[4-9]|[3-9]\d)\./;

/** Whether the nodes allow the user namespaces in which BuildKit builds. */
function userNamespaces(found: readonly V1Node[], mode: "rootless" | "userns" | "privileged"): Finding[] {
  const named = (matches: (node: V1Node) => boolean): string =>
    found
      .filter(matches)
      .map(({ metadata, status }) => `${metadata?.name ?? ""} (${status?.nodeInfo?.osImage ?? "?"})`)
      .join(", ");
  const system = (pattern: RegExp) => named(({ status }) => pattern.test(status?.nodeInfo?.osImage ?? ""));
  const unable = named(
    ({ status }) =>
      !(status?.runtimeHandlers ?? []).some(({ features }) => features?.userNamespaces === true),
  );
  const usable = unable === "" ? [setCommand("buildkitMode", "userns")] : [];
  const privileged = `${setCommand("buildkitMode", "privileged")}   (who may build then controls the node)`;
  if (mode === "userns" && unable !== "") {
    const problem = `gourmetgram:buildkitMode is userns, but these nodes have no user namespaces for pods: ${unable}`;
    return [refused(problem, setCommand("buildkitMode", "rootless"), privileged)];
  }
  if (mode !== "rootless") return [];
  const without = system(WITHOUT_USER_NAMESPACES);
  const restricted = system(RESTRICTED_BY_APPARMOR);
  return [
    ...(without === ""
      ? []
      : [
          refused(
            `BuildKit without root needs user namespaces, which these nodes do not allow: ${without}`,
            ...usable,
            privileged,
          ),
        ]),
    ...(restricted === ""
      ? []
      : [
          warned(
            `BuildKit without root does not start where AppArmor restricts user namespaces, as is the default of these nodes: ${restricted}`,
            ...usable,
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, on each of them",
            privileged,
          ),
        ]),
  ];
}
