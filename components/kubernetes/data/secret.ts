import * as k8s from "@pulumi/kubernetes";
import { all, type Input, type Output, type Resource, secret } from "@pulumi/pulumi";
import { dataName } from "./name";
import { DATA_LABELS } from "../labels";

export interface DataSecretArgs {
  readonly namespace: Input<string>;
  readonly labels: Readonly<Record<string, string>>;
  /** The only key of the Secret. */
  readonly key: string;
  /** Its value where the Secret is yet to be made. */
  readonly value: Input<string>;
}

/** A Secret with what opens a volume's data. */
export interface DataSecret {
  readonly name: Output<string>;
  /** The value that the Secret has, which is the one that the data was made with. */
  readonly value: Output<string>;
}

/**
 * A Secret with what opens data, such as a database's password. It lives as long as the data, which may be longer than
 * the stack: so the value is taken from the Secret, and a new one never replaces it.
 */
export function dataSecret(
  name: string,
  { namespace, labels, key, value }: DataSecretArgs,
  options: { readonly parent: Resource },
): DataSecret {
  const made = new k8s.core.v1.Secret(
    name,
    {
      metadata: { name: dataName(name), namespace, labels: { ...labels, ...DATA_LABELS } },
      immutable: true,
      stringData: { [key]: value },
    },
    // The provider keeps `stringData` as `data` in the state; with one of them alone each run would replace the Secret.
    { ...options, ignoreChanges: ["data", "stringData", "metadata.name"] },
  );
  // A Secret that is only rendered has what was asked for, and nothing that a cluster gives.
  const kept: Output<Readonly<Record<string, string>> | undefined> = made.data;
  const text = all([kept, value]).apply(([data, fresh]) =>
    data?.[key] === undefined ? fresh : Buffer.from(data[key], "base64").toString("utf8"),
  );
  return { name: made.metadata.name, value: secret(text) };
}
