/** Rules that span several configuration keys. */
import { mlflowServiceTypeOf } from "../values/mlflow-service-type";
import type { BrokenRule, OfKey } from "./broken-rule";
import { KEY_NAMES, KEYS, type KeyName, scopesOf, type Values } from "../keys";
import { registryRules } from "./registry-rules";

/**
 * Checks the keys against each other.
 *
 * @param values All values; a key whose own value is invalid holds its default here.
 * @param given Whether the stack sets a key, validly or not.
 * @param sound Whether a key's own value is valid. What compares values leaves the others out: one mistake, one report.
 */
export function brokenRules(values: Values, given: OfKey, sound: OfKey): BrokenRule[] {
  return [
    ...ofTheScope(values, given, sound),
    ...ownDatabase(values, given, sound),
    ...together(given, "externalRegistryUsername", "externalRegistryPassword"),
    ...registryRules(values, sound),
    ...only(given, "externalRegistry", ["externalRegistryUsername", "externalRegistryPassword"]),
    ...together(given, "mlflowS3AccessKeyId", "mlflowS3SecretAccessKey"),
    ...only(given, "mlflowArtifactRoot", [
      "mlflowS3Endpoint",
      "mlflowS3AccessKeyId",
      "mlflowS3SecretAccessKey",
    ]),
    ...together(given, "appRepositoryUsername", "appRepositoryPassword"),
    ...only(given, "appRepositoryUrl", ["appRepositoryUsername", "appRepositoryPassword"]),
    // A passphrase or a bucket without a schedule does no harm: somebody may come back to it.
    ...missingFor("backupSchedule", "backupPassphrase", given),
    ...together(given, "backupS3AccessKeyId", "backupS3SecretAccessKey"),
    ...only(given, "backupBucket", ["backupS3Endpoint", "backupS3AccessKeyId", "backupS3SecretAccessKey"]),
    ...wholeBackup(values, given),
    ...distinctNodePorts(values, given, sound),
    ...distinctNamespaces(values, sound),
  ];
}

/**
 * A student's stack says whose it is and which base it uses, and nothing about what the base decides. Keys of one scope
 * may be in a file that several kinds of stacks share, as a class's settings for its students are.
 */
function ofTheScope(values: Values, given: OfKey, sound: OfKey): BrokenRule[] {
  const { scope } = values;
  if (!sound("scope")) return [];
  if (scope !== "student") {
    return (["student", "baseStack"] as const)
      .filter((key) => given(key))
      .map((key) => ({ key, reason: "it applies only with gourmetgram:scope student", fix: "rm" }));
  }
  const missing = (["student", "baseStack"] as const)
    .filter((key) => !given(key))
    .map((key) => ({
      key,
      reason: "it is missing: gourmetgram:scope is student",
      fix: "set" as const,
    }));
  // A value that the engine filled in looks like one that the stack sets, so only others than the default count.
  const foreign = KEY_NAMES.filter(
    (key) => given(key) && !isDefault(key, values[key]) && !scopesOf(key).includes(scope),
  ).map((key) => ({
    key,
    reason: "a student's stack does not use it: the base or the student's name determines it",
    fix: "rm" as const,
  }));
  return [...missing, ...foreign];
}

/** The students of a class share the setting, but not the database: they would overwrite each other's models. */
function ownDatabase({ scope, mlflowDatabaseUri }: Values, given: OfKey, sound: OfKey): BrokenRule[] {
  const key = "mlflowDatabaseUri";
  const shared =
    scope === "student" && given(key) && sound(key) && mlflowDatabaseUri?.includes("{student}") !== true;
  const reason =
    "it must contain {student}, which stands for the student's name: each student needs a separate database";
  return shared ? [{ key, reason, fix: "set" }] : [];
}

/** A student's database may be elsewhere too: there the backup itself says so. */
function wholeBackup({ scope }: Values, given: OfKey): BrokenRule[] {
  const isPart = scope === "lab" && given("backupSchedule") && given("mlflowDatabaseUri");
  const reason = `the database is elsewhere (${full("mlflowDatabaseUri")}), and a backup without it is worth nothing`;
  return isPart ? [{ key: "backupSchedule", reason, fix: "rm" }] : [];
}

/** A key that another one needs. */
function missingFor(present: KeyName, needed: KeyName, given: OfKey): BrokenRule[] {
  const reason = `it is missing: ${full(present)} needs it`;
  return given(present) && !given(needed) ? [{ key: needed, reason, fix: "set" }] : [];
}

/** Two keys that need each other. */
function together(given: OfKey, one: KeyName, other: KeyName): BrokenRule[] {
  return [...missingFor(one, other, given), ...missingFor(other, one, given)];
}

/** Keys that apply only together with another one. */
function only(given: OfKey, base: KeyName, dependents: readonly KeyName[]): BrokenRule[] {
  return dependents
    .filter((key) => given(key) && !given(base))
    .map((key) => ({ key, reason: `it applies only together with ${full(base)}`, fix: "rm" }));
}

/** A node port is allocated once in a cluster: the second Service that asks for it is refused. */
function distinctNodePorts(values: Values, given: OfKey, sound: OfKey): BrokenRule[] {
  const inUse = {
    registryNodePort: !given("externalRegistry"),
    mlflowNodePort: mlflowServiceTypeOf(values) === "NodePort",
    argoServerNodePort: values.argo === "install",
    stagingNodePort: true,
    appRepositoryNodePort: !given("appRepositoryUrl"),
  };
  const keys = (Object.keys(inUse) as (keyof typeof inUse)[]).filter(
    (key) => inUse[key] && sound(key) && scopesOf(key).includes(values.scope),
  );
  return clashes(values, keys).map(({ wrong, right, others }) => {
    let free = KEYS[wrong].default;
    while (others.has(free)) {
      free += 1;
    }
    const reason = `node port ${values[wrong]} is already used by ${full(right)}`;
    return { key: wrong, reason, fix: "set", example: String(free) };
  });
}

/** This stack creates each of them, with different Pod Security levels, so no two can be the same. */
function distinctNamespaces(values: Values, sound: OfKey): BrokenRule[] {
  const created = [
    "namespace",
    "argoNamespace",
    "stagingNamespace",
    "buildNamespace",
    "backupNamespace",
  ] as const;
  const keys = created.filter(
    (key) =>
      (key !== "argoNamespace" || values.argo === "install") &&
      (key !== "backupNamespace" || values.backupSchedule !== undefined) &&
      sound(key) &&
      scopesOf(key).includes(values.scope),
  );
  return clashes(values, keys).map(({ wrong, right, others }) => {
    let free = KEYS[wrong].default;
    for (let count = 2; others.has(free); count += 1) {
      free = `${KEYS[wrong].default}-${count}`;
    }
    return { key: wrong, reason: `${full(right)} has the same name`, fix: "set", example: free };
  });
}

/** Two keys with the same value where each needs its own. */
interface Clash<Name extends KeyName> {
  /** The one to change. */
  readonly wrong: Name;
  readonly right: Name;
  /** The values of all keys but the wrong one. */
  readonly others: ReadonlySet<unknown>;
}

function clashes<Name extends KeyName>(values: Values, keys: readonly Name[]): Clash<Name>[] {
  return keys.flatMap((key, index) => {
    const earlier = keys.slice(0, index).find((each) => values[each] === values[key]);
    if (earlier === undefined) {
      return [];
    }
    const [wrong, right]: [Name, Name] = chosen(values, key, earlier) ? [key, earlier] : [earlier, key];
    const others = new Set<unknown>(keys.filter((each) => each !== wrong).map((each) => values[each]));
    return [{ wrong, right, others }];
  });
}

/**
 * Whether the first of two keys is the one to blame for a clash, because its value is not the default. The defaults
 * themselves never clash. A value that the engine filled in looks like one that the stack sets, so only this distinguishes them.
 */
function chosen(values: Values, key: KeyName, other: KeyName): boolean {
  return values[key] !== KEYS[key].default || values[other] === KEYS[other].default;
}

/** Lists are compared by their items. */
function isDefault(key: KeyName, value: unknown): boolean {
  return JSON.stringify(value) === JSON.stringify(KEYS[key].default);
}

function full(key: KeyName): string {
  return `gourmetgram:${key}`;
}
