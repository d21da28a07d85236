/** What nobody can take away while a student's stack uses it: an administrator tries, as a dry run. */
import { remove } from "./api-requests";
import type { Student } from "../students/student";
import type { Try } from "./try";

/** The status with which an admission policy refuses. */
const INVALID = 422;

const CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Parts of the base, by their paths. */
const PARTS: readonly (readonly [what: string, path: string])[] = [
  ["the kinds of workflows", `${CRD}/workflows.argoproj.io`],
  ["Argo's controller", "/apis/apps/v1/namespaces/argo/deployments/workflow-controller"],
  ["the registry", "/apis/apps/v1/namespaces/kube-system/deployments/registry"],
  ["the users of the registry", "/api/v1/namespaces/kube-system/secrets/registry-users"],
];

/** An administrator at the base, and at a student's namespace to show that it is not the rights that are missing. */
export function baseTries({ name, outputs }: Student): Try[] {
  const who = "an administrator";
  const dryRun = (path: string) => ({ kind: "admin" as const, ...remove(path) });
  return [
    {
      who,
      what: `to delete the namespace of ${name} (dry run)`,
      expected: "reached",
      means: dryRun(`/api/v1/namespaces/${outputs.namespace}`),
    },
    ...PARTS.map(([what, path]): Try => ({
      who,
      what: `to delete ${what} while ${name} uses it (dry run)`,
      expected: "refused",
      means: dryRun(path),
      also: [INVALID],
    })),
  ];
}
