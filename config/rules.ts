/** Rules that span several configuration keys. */
import { KEYS, type KeyName, type Values } from "./keys";
import { scopesOf } from "./scopes";
import { registryRules } from "./registry-rules";
import type { BrokenRule } from "./broken-rule";

/**
 * Checks the keys against each other.
 *
 * @param values All values; a key whose own value is bad holds its default here.
 * @param given Whether the stack sets a key, well or badly.
 * @param sound Whether a key's own value is good. What compares values leaves the others out: one mistake, one report.
 */
export function brokenRules(
  values: Values,
  given: (key: KeyName) => boolean,
  sound: (key: KeyName) => boolean,
): BrokenRule[] {
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
    ...distinctNodePorts(values, given, sound),
    ...distinctNamespaces(values, sound),
  ];
}

/**
 * A student's stack says whose it is and which base it uses, and nothing about what the base decides. Keys of one scope
 * may stand in a file that several kinds of stacks share, as those for a class's students do in a lab's.
 */
function ofTheScope(
  values: Values,
  given: (key: KeyName) => boolean,
  sound: (key: KeyName) => boolean,
): BrokenRule[] {
  const { scope } = values;
  if (!sound("scope")) return [];
  if (scope !== "student") {
    return (["student", "baseStack"] as const)
      .filter((key) => given(key))
      .map((key) => ({ key, reason: "it has a meaning only with gourmetgram:scope student", mend: "rm" }));
  }
  const missing = (["student", "baseStack"] as const)
    .filter((key) => !given(key))
    .map((key) => ({
      key,
      reason: "it is missing: gourmetgram:scope is student",
      mend: "set" as const,
    }));
  // A value that the engine filled in looks like one that the stack sets, so only others than the default count.
  const foreign = (Object.keys(KEYS) as KeyName[])
    .filter((key) => given(key) && !isDefault(key, values[key]) && !scopesOf(key).includes(scope))
    .map((key) => ({
      key,
      reason: "it has no meaning for a student: the base decides, or the student's name",
      mend: "rm" as const,
    }));
  return [...missing, ...foreign];
}

/** The students of a class share the setting, and must not share the database: each would overwrite the others' models. */
function ownDatabase(
  { scope, mlflowDatabaseUri }: Values,
  given: (key: KeyName) => boolean,
  sound: (key: KeyName) => boolean,
): BrokenRule[] {
  const key = "mlflowDatabaseUri";
  const shared =
    scope === "student" && given(key) && sound(key) && mlflowDatabaseUri?.includes("{student}") !== true;
  const reason = "{student} has to be in it, for the student's name: each needs a database of their own";
  return shared ? [{ key, reason, mend: "set" }] : [];
}

/** Two keys of which one is useless without the other. */
function together(given: (key: KeyName) => boolean, one: KeyName, other: KeyName): BrokenRule[] {
  return [[one, other] as const, [other, one] as const].flatMap(([present, absent]) =>
    given(present) && !given(absent)
      ? [
          {
            key: absent,
            reason: `it is missing: ${full(present)} is of no use without it`,
            mend: "set" as const,
          },
        ]
      : [],
  );
}

/** Keys that mean nothing without another one. */
function only(given: (key: KeyName) => boolean, base: KeyName, dependents: readonly KeyName[]): BrokenRule[] {
  return dependents
    .filter((key) => given(key) && !given(base))
    .map((key) => ({ key, reason: `it has a meaning only together with ${full(base)}`, mend: "rm" }));
}

/** A node port is taken for the whole cluster: the second Service to ask for it is refused. */
function distinctNodePorts(
  values: Values,
  given: (key: KeyName) => boolean,
  sound: (key: KeyName) => boolean,
): BrokenRule[] {
  const inUse = {
    registryNodePort: !given("externalRegistry"),
    mlflowNodePort: values.mlflowServiceType === "NodePort",
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
    const reason = `node port ${values[wrong]} is taken by ${full(right)}`;
    return { key: wrong, reason, mend: "set", example: String(free) };
  });
}

/** This stack creates each of them, with a Pod Security level of its own, so no two can be the same one. */
function distinctNamespaces(values: Values, sound: (key: KeyName) => boolean): BrokenRule[] {
  const created = ["namespace", "argoNamespace", "stagingNamespace", "buildNamespace"] as const;
  const keys = created.filter(
    (key) =>
      (key !== "argoNamespace" || values.argo === "install") &&
      sound(key) &&
      scopesOf(key).includes(values.scope),
  );
  return clashes(values, keys).map(({ wrong, right, others }) => {
    let free = KEYS[wrong].default;
    for (let count = 2; others.has(free); count += 1) {
      free = `${KEYS[wrong].default}-${count}`;
    }
    return { key: wrong, reason: `${full(right)} has the same name`, mend: "set", example: free };
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
 * themselves never clash. A value that the engine filled in looks like one that the stack sets, so only this tells.
 */
function chosen(values: Values, key: KeyName, other: KeyName): boolean {
  return values[key] !== KEYS[key].default || values[other] === KEYS[other].default;
}

/** Lists are compared by what is in them. */
function isDefault(key: KeyName, value: unknown): boolean {
  return JSON.stringify(value) === JSON.stringify(KEYS[key].default);
}

function full(key: KeyName): string {
  return `gourmetgram:${key}`;
}
