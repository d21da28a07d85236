import { claimedObjects } from "./cluster-claims";
import { type Inspection, refused } from "../finding";
import { pulumiCommand } from "../../../config";

/** Whether this identity may create cluster-scoped objects. Rights in namespaces follow from those. */
export const rights: Inspection = async ({ config, cluster }) => {
  const kinds = new Map(
    claimedObjects(config)
      .filter(({ namespace }) => namespace === undefined)
      .map(({ apiVersion, kind }) => [kind, apiVersion] as const),
  );
  const asked = [...kinds].map(([kind, apiVersion]) => ({
    kind,
    group: apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "",
    resource: resourceOf(kind),
  }));
  const allowed = await Promise.all(asked.map(({ group, resource }) => cluster.mayCreate(group, resource)));
  const forbidden = asked.filter((_, index) => allowed[index] !== true).map(({ kind }) => kind);
  return forbidden.length === 0
    ? []
    : [
        refused(
          `this identity may not create ${forbidden.join(", ")}`,
          `use the kubeconfig of a cluster administrator: ${pulumiCommand()} config set kubernetes:context NAME`,
        ),
      ];
};

/** Kinds are plural in paths: `ValidatingAdmissionPolicy` as `validatingadmissionpolicies`. */
function resourceOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith("y")) return `${name.slice(0, -1)}ies`;
  return name.endsWith("s") ? `${name}es` : `${name}s`;
}
