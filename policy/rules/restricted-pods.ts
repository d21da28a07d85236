import { type Container, type PodPlan, podsOf } from "../pods";
import { isPartOf, itemsOf, propsOf, type Props, type ResourceRule, textOf } from "../subject";

/** The component whose pod builds images: even without root on its node it needs what other pods must not have. */
const BUILDER = "gourmetgram:index:Builder";

const ENFORCE = "pod-security.kubernetes.io/enforce";

/** Sources of volumes that the Pod Security level `restricted` allows. */
const VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/**
 * Every pod is within the Pod Security level `restricted`, and every namespace holds its pods to it, except where
 * images are built.
 */
export const podsAreRestricted: ResourceRule = (subject) => {
  if (isPartOf(subject, BUILDER)) return [];
  if (subject.type === "kubernetes:core/v1:Namespace") return namespaceProblems(subject.props);
  return podsOf(subject).flatMap((pod) => [
    ...podProblems(pod).map((problem) => (pod.where === "" ? problem : `${pod.where}: ${problem}`)),
    ...pod.containers.flatMap((container) =>
      containerProblems(container, propsOf(pod.spec["securityContext"])).map(
        (problem) => `${container.where} ${problem}`,
      ),
    ),
  ]);
};

function namespaceProblems(props: Props): string[] {
  const level = propsOf(propsOf(props["metadata"])["labels"])[ENFORCE];
  return level === "restricted" ? [] : [`the namespace has no label ${ENFORCE}: restricted`];
}

function podProblems({ spec }: PodPlan): string[] {
  const host = ["hostNetwork", "hostPID", "hostIPC"].filter((field) => spec[field] === true);
  const volumes = itemsOf(spec["volumes"])
    .map(propsOf)
    .filter((volume) => !Object.keys(volume).some((key) => VOLUMES.includes(key)));
  return [
    ...host.map((field) => `${field} is true`),
    ...volumes.map(({ name }) => `the volume "${textOf(name)}" is of a kind that is not allowed`),
  ];
}

function containerProblems({ props }: Container, ofPod: Props): string[] {
  const own = propsOf(props["securityContext"]);
  const capabilities = propsOf(own["capabilities"]);
  const effective = (field: string): unknown => own[field] ?? ofPod[field];
  const seccomp = propsOf(effective("seccompProfile"))["type"];
  const added = itemsOf(capabilities["add"]).filter((each) => each !== "NET_BIND_SERVICE");
  const found: [boolean, string][] = [
    [own["privileged"] === true, "is privileged"],
    [own["allowPrivilegeEscalation"] !== false, "does not say allowPrivilegeEscalation: false"],
    [!itemsOf(capabilities["drop"]).includes("ALL"), "does not drop ALL capabilities"],
    [added.length > 0, `adds the capabilities ${added.join(", ")}`],
    [effective("runAsNonRoot") !== true, "may run as root: runAsNonRoot is not true"],
    [effective("runAsUser") === 0, "runs as the user 0"],
    [seccomp !== "RuntimeDefault" && seccomp !== "Localhost", "has no seccompProfile"],
    [itemsOf(props["ports"]).some((port) => Boolean(propsOf(port)["hostPort"])), "takes a port of its node"],
  ];
  return found.filter(([wrong]) => wrong).map(([, problem]) => problem);
}
