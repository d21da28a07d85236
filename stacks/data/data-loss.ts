import type { V1StorageClass } from "@kubernetes/client-node";
import { bytesOf } from "../../components/kubernetes";
import { POSTGRES_NAME } from "../../components/mlflow";
import { type KeyName, pulumiCommand, setCommand, type StackConfig } from "../../config";
import { type Finding, type Inspection, refused } from "../preflight/finding";
import { DATA, dataClaimsOf, dataVolumes, type FoundClaim, type Unlisted } from "./data-volumes";

/** Where it is said how data is moved. */
const HOW_TO_MOVE = "or move the data first, as docs/how-to/keep-data.md says";

/**
 * Settings that would delete data, or that a volume with data cannot follow. They have to be refused before the engine
 * begins: it would make an empty volume, or take the full one away, without a question.
 */
export const dataLoss: Inspection = async ({ config, stack, cluster }) => {
  const claims = await dataClaimsOf(stack, cluster);
  if ("resources" in claims) return [unseen(claims)];
  if (claims.length === 0) return [];
  const classes = (await cluster.list<V1StorageClass>("storage.k8s.io/v1", "StorageClass")) ?? [];
  return claims.flatMap((claim) => {
    const lost = losing(config, claim);
    return lost === undefined ? misfits(config, claim, classes) : [lost];
  });
};

/** Nobody can tell whether there is data: what is not seen must not be taken away. */
function unseen({ resources }: Unlisted): Finding {
  const names = resources.join(" and ");
  return refused(
    `this identity may not list ${names} in all namespaces, so nobody can tell whether a setting would delete data`,
    `use the kubeconfig of a cluster administrator: ${pulumiCommand()} config set kubernetes:context NAME`,
    `or have an administrator give the right: kubectl create clusterrole data-reader --verb=list --resource=${resources.join()} && ` +
      "kubectl create clusterrolebinding data-reader --clusterrole=data-reader --user=NAME",
  );
}

/** The setting with which the stack would no longer have the claim. */
function losing(config: StackConfig, found: FoundClaim): Finding | undefined {
  const volume = dataVolumes(config)[found.data];
  if (volume?.namespace === found.namespace) return undefined;
  const kind = DATA[found.data];
  if (volume !== undefined) {
    const key = "needs" in kind ? "backupNamespace" : "namespace";
    const [setting, back] =
      config.scope === "student"
        ? [`student is ${config.student}`, "set gourmetgram:student to what it was"]
        : [`${key} is ${volume.namespace}`, setCommand(key, found.namespace)];
    return finding(setting, found, back, HOW_TO_MOVE);
  }
  if ("needs" in kind) {
    return finding(
      `${kind.needs} is not set`,
      found,
      `set it to what it was; ${setCommand("backupSuspended", "true")} has no more backups written`,
      `or npm run backup -- FOLDER --fetch, and then: kubectl delete pvc ${found.name} -n ${found.namespace}`,
    );
  }
  const { elsewhere } = kind;
  return hasKey(config, elsewhere)
    ? finding(`${elsewhere} is set`, found, unset(elsewhere), HOW_TO_MOVE)
    : finding(`scope is ${config.scope}`, found, "set gourmetgram:scope to what it was", HOW_TO_MOVE);
}

const hasKey = (config: StackConfig, key: KeyName): boolean =>
  (config as Partial<Record<KeyName, unknown>>)[key] !== undefined;

const unset = (key: KeyName): string => `${pulumiCommand()} config rm gourmetgram:${key}`;

function finding(setting: string, found: FoundClaim, ...remedies: readonly string[]): Finding {
  return refused(`gourmetgram:${setting}, but ${holder(found)}, which would be lost`, ...remedies);
}

const holder = ({ namespace, name, data }: FoundClaim): string =>
  `the claim ${namespace}/${name} holds ${DATA[data].what}`;

/** Settings of a claim's volume that differ from what it is, and cannot be changed. */
function misfits(config: StackConfig, found: FoundClaim, classes: readonly V1StorageClass[]): Finding[] {
  const { spec } = found.claim;
  const { storage: key } = DATA[found.data];
  const { storageClass } = config;
  const current = spec?.storageClassName;
  const size = spec?.resources?.requests?.["storage"];
  const asked = dataVolumes(config)[found.data]?.storage;
  const problems: Finding[] = [];
  if (storageClass !== undefined && storageClass !== current) {
    const problem = `gourmetgram:storageClass is ${storageClass}, but ${holder(found)} on the class ${current ?? "(none)"}: a volume cannot change its class`;
    const back = current === undefined ? unset("storageClass") : setCommand("storageClass", current);
    problems.push(refused(problem, back, HOW_TO_MOVE));
  }
  if (size === undefined || asked === undefined) return problems;
  const difference = bytesOf(asked) - bytesOf(size);
  // The claims of a StatefulSet stay as they were made, whatever it says later.
  const mayGrow = found.data === POSTGRES_NAME || growsIn(classes, current);
  const reason =
    difference < 0
      ? "a volume cannot become smaller"
      : `its storage class ${current ?? "(none)"} does not let volumes grow`;
  if (difference < 0 || (difference > 0 && !mayGrow)) {
    const problem = `gourmetgram:${key} is ${asked}, but ${holder(found)} and has ${size}: ${reason}`;
    problems.push(refused(problem, setCommand(key, size), HOW_TO_MOVE));
  }
  return problems;
}

/** Whether volumes of a class can grow; true where nothing is known of the class. */
function growsIn(classes: readonly V1StorageClass[], name: string | undefined): boolean {
  const found = classes.find(({ metadata }) => metadata?.name === name);
  return found === undefined || found.allowVolumeExpansion === true;
}
