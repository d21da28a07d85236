/** Search for secret values where they must not be. */
import type { V1PodSpec } from "@kubernetes/client-node";

/** A secret value, and what it is. */
export interface Needle {
  /** Says which one it is, without the value: `databaseUri of Secret mlflow-x`. */
  readonly what: string;
  readonly value: string;
}

/** A text in which no secret may stand. */
export interface Haystack {
  /** For example `ConfigMap argo/workflow-controller-configmap`. */
  readonly what: string;
  readonly text: string;
}

/** Values below this length, such as a user's name, are found by accident. */
const SHORTEST = 8;

/** Names of the Secrets that a pod reads, in any of the ways that there are. */
export function secretsOf(spec: V1PodSpec): string[] {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const names = [
    ...(spec.volumes ?? []).flatMap((volume) => [
      volume.secret?.secretName,
      ...(volume.projected?.sources ?? []).map((source) => source.secret?.name),
    ]),
    ...containers.flatMap((container) => [
      ...(container.env ?? []).map((variable) => variable.valueFrom?.secretKeyRef?.name),
      ...(container.envFrom ?? []).map((source) => source.secretRef?.name),
    ]),
  ];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/**
 * What to look for, given a Secret's content.
 *
 * @param data Values in base64, as the Kubernetes API gives them.
 */
export function needlesOf(secret: string, data: Readonly<Record<string, string>>): Needle[] {
  return Object.entries(data).flatMap(([key, encoded]) => {
    const value = Buffer.from(encoded, "base64").toString("utf8").trim();
    const what = `${key} of Secret ${secret}`;
    const password = URL.canParse(value) ? new URL(value).password : "";
    const decoded = decodeURIComponent(password);
    const all = [
      { what, value },
      { what: `the password in ${what}`, value: password },
      ...(decoded === password ? [] : [{ what: `the password in ${what}, decoded`, value: decoded }]),
    ];
    return all.filter((needle) => needle.value.length >= SHORTEST);
  });
}

/** Where a secret was found, in words that do not give it away. Encoded values count too. */
export function finds(needles: readonly Needle[], haystacks: readonly Haystack[]): string[] {
  return haystacks.flatMap(({ what, text }) =>
    needles
      .filter(({ value }) => formsOf(value).some((form) => text.includes(form)))
      .map((needle) => `${needle.what} in ${what}`),
  );
}

/** The ways in which a value may be written down. */
function formsOf(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  return [value, inJson, encodeURIComponent(value), Buffer.from(value).toString("base64")];
}
