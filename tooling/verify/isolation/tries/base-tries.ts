/** What nobody can take away while a student's stack uses it: an administrator tries, as a dry run. */
import { asAdmin, remove } from "./api-requests";
import type { Student } from "../students/student";
import { triesOf, type Try } from "./try";

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
  const { reached, refused } = triesOf("an administrator", asAdmin, { end: " (dry run)" });
  return [
    reached(`to delete the namespace of ${name}`, remove(`/api/v1/namespaces/${outputs.namespace}`)),
    ...PARTS.map(([what, path]) =>
      refused(`to delete ${what} while ${name} uses it`, remove(path), [INVALID]),
    ),
  ];
}
