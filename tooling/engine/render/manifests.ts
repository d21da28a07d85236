import { stringify } from "yaml";
import type { Declared } from "./stand-in-engine";

export interface ManifestFile {
  /** Begins with two digits: `kubectl apply -f FOLDER` takes files by their names. */
  readonly file: string;
  readonly text: string;
}

/** A Secret that a rendered stack lacks. */
export interface MissingSecret {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly keys: readonly string[];
}

export interface Rendered {
  readonly files: readonly ManifestFile[];
  readonly missing: readonly MissingSecret[];
}

/** Kinds in the order in which they need each other, a group each. Others come before the workloads. */
const ORDER: readonly (readonly string[])[] = [
  ["Namespace"],
  ["CustomResourceDefinition"],
  ["StorageClass", "PriorityClass"],
  ["ServiceAccount"],
  ["Role", "ClusterRole"],
  ["RoleBinding", "ClusterRoleBinding"],
  ["ResourceQuota", "LimitRange", "NetworkPolicy"],
  ["ConfigMap"],
  ["PersistentVolumeClaim"],
  ["Service"],
  [],
  ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"],
  ["WorkflowTemplate", "ClusterWorkflowTemplate"],
  ["CronWorkflow", "Workflow"],
];
const OTHERS = ORDER.findIndex((group) => group.length === 0);

// Part of the engine's wire format: the key that marks a value which is more than it looks, such as a secret.
const SIGNATURE = "4dabf18193072939515e22adb298388d";

interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/**
 * Writes objects as manifests. No value of a Secret is in any of them.
 *
 * @throws Error if an object other than a Secret has a secret in it
 */
export function render(declared: readonly Declared[]): Rendered {
  const files: ManifestFile[] = [];
  const missing: MissingSecret[] = [];
  for (const { type, inputs, name } of declared) {
    // A part of an object that is there as a whole.
    if (type.endsWith("Patch")) continue;
    const { apiVersion, kind = "", metadata = {}, ...rest } = inputs as Manifest;
    if (kind === "Secret") {
      missing.push(secretOf(metadata, rest));
      continue;
    }
    if (JSON.stringify(inputs).includes(SIGNATURE)) {
      throw new Error(`${kind} ${metadata.name ?? name} has a secret in a plain property: it is not written`);
    }
    const manifest = withFieldNames({ apiVersion, kind, metadata, ...rest });
    files.push({
      file: fileOf(kind, metadata.namespace, metadata.name ?? name),
      text: stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false }),
    });
  }
  return { files: files.sort(byFile), missing };
}

const byFile = (a: ManifestFile, b: ManifestFile): number => (a.file < b.file ? -1 : 1);

function fileOf(kind: string, namespace: string | undefined, name: string): string {
  const found = ORDER.findIndex((group) => group.includes(kind));
  const group = String((found === -1 ? OTHERS : found) * 5).padStart(2, "0");
  return (
    [group, kind.toLowerCase(), ...(namespace === undefined ? [] : [namespace]), name].join("-") + ".yaml"
  );
}

function secretOf(metadata: NonNullable<Manifest["metadata"]>, rest: object): MissingSecret {
  const { type = "Opaque", data, stringData } = rest as Record<string, unknown>;
  const keys = [data, stringData].flatMap((values) => Object.keys(contentOf(values)));
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    type: String(type),
    keys: keys.sort(),
  };
}

/** The keys of a secret map are no secret themselves. */
function contentOf(values: unknown): object {
  if (typeof values !== "object" || values === null) return {};
  return SIGNATURE in values && "value" in values ? contentOf(values.value) : values;
}

/** The SDK writes the names of a schema's extensions with underscores. */
function withFieldNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withFieldNames);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.startsWith("x_kubernetes_") ? key.replaceAll("_", "-") : key,
      withFieldNames(each),
    ]),
  );
}
