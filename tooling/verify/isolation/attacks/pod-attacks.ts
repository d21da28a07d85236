/** Pods that take what others need: as an administrator's dry run, so that no right but the rules refuse them. */
import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import { forbiddenPods, restrictedPod } from "../../pods/pods-for-admission";
import { asAdmin, core, create } from "../tries/api-requests";
import type { Student } from "../students/student";
import type { Request } from "../../clients/send";
import { triesOf, type Try } from "../tries/try";

/** The rules that have to refuse: another refusal would prove something else. */
const BY_ADMISSION = /gourmetgram-student-pods/;

/** Of any image: none is pulled. */
const DIGEST = `sha256:${"0".repeat(64)}`;

const CLAIM = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };

/** A container that runs first. */
const startOf = (image: string): V1Container[] =>
  (restrictedPod(image).spec?.containers ?? []).map((each) => ({ ...each, name: "first" }));

export function podAttacks({ name, outputs }: Student, other: Student): Try[] {
  const { namespace, staging, trainingImage, registry } = outputs;
  const address = /^(.+)\/[^/]+$/.exec(trainingImage.reference)?.[1] ?? "";
  const pod = (where: string, spec: Partial<V1PodSpec>, container: Partial<V1Container> = {}): Request => {
    const body = restrictedPod(trainingImage.reference, { spec, container });
    return create(core(where, "pods"), body);
  };
  const disk = (amount: string): Partial<V1Container> => ({
    resources: {
      requests: { cpu: "10m", memory: "16Mi" },
      limits: { cpu: "100m", memory: "32Mi", "ephemeral-storage": amount },
    },
  });
  const { reached, refused } = triesOf("an administrator", asAdmin, { end: " (dry run)" });
  const triedIn = (where: string, there: string): Try[] => {
    const pods = `to create a pod ${there}`;
    const runs = (image: string): Request => pod(where, {}, { image });
    const imageOf = (student: string): string => `${address}/${student}/gourmetgram-app@${DIGEST}`;
    const theirs = imageOf(other.name);
    return [
      // A node starts what it has pulled before, for whoever names it.
      refused(`${pods} of an image by its ID`, runs(DIGEST), BY_ADMISSION),
      // A registry elsewhere has one account for the whole class.
      ...(!registry.own
        ? []
        : [
            reached(`${pods} of ${name}'s image`, runs(imageOf(name))),
            refused(`${pods} of ${other.name}'s image`, runs(theirs), BY_ADMISSION),
            refused(
              `${pods} that starts with ${other.name}'s image`,
              pod(where, { initContainers: startOf(theirs) }),
              BY_ADMISSION,
            ),
          ]),
      ...forbiddenPods(trainingImage.reference).map(({ what, pod: body, violation }) =>
        refused(
          `${pods} ${what}`,
          create(core(where, "pods"), body),
          new RegExp(`violates PodSecurity "restricted:.*${violation}`),
        ),
      ),
      reached(`to create a small pod ${there}`, pod(where, {}, disk("16Mi"))),
      refused(
        `${pods} before which all others give way`,
        pod(where, { priorityClassName: "system-node-critical" }),
        /exceeded quota|insufficient quota|gourmetgram-student-pods/,
      ),
      refused(
        `${pods} with a volume that claims storage`,
        pod(where, { volumes: [{ name: "x", ephemeral: { volumeClaimTemplate: { spec: CLAIM } } }] }),
        BY_ADMISSION,
      ),
      refused(`${pods} that fills the node's disk`, pod(where, {}, disk("1Ti")), /ephemeral-storage/),
    ];
  };
  const claim = { metadata: { generateName: "verify-" }, spec: CLAIM };
  return [
    ...triedIn(namespace, `in ${name}'s namespace`),
    ...triedIn(staging.namespace, `in ${name}'s staging`),
    refused(
      `to claim a volume in ${name}'s staging`,
      create(core(staging.namespace, "persistentvolumeclaims"), claim),
      /exceeded quota/,
    ),
  ];
}
