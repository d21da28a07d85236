import { readFileSync } from "node:fs";
import Ajv, { type ErrorObject, type ValidateFunction } from "ajv/dist/2020";
import { FILLED_IN_LATER } from "../expressions/tags";
import { isRecord, member, type Segment } from "../objects/node";
import type { ValidatorDiagnostic, ValidatorResult } from "./validator";

/** Argo's `api/jsonschema/schema.json`, to which a build adds the version. */
interface ArgoSchema {
  readonly version?: string;
  readonly definitions: Readonly<Record<string, Definition>>;
}

interface Definition {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

const ARGO = "io.argoproj.workflow.v1alpha1.";

/** Fields that the schema requires, and neither Argo nor the API server. */
const NOT_REQUIRED: Readonly<Record<string, readonly string[]>> = {
  // It may come from templateDefaults.
  "io.k8s.api.core.v1.Container": ["image"],
  [`${ARGO}UserContainer`]: ["image"],
  [`${ARGO}ScriptTemplate`]: ["image", "source"],
  // The rest comes from the artifact repository.
  [`${ARGO}GCSArtifact`]: ["key"],
  [`${ARGO}OSSArtifact`]: ["key"],
  [`${ARGO}AzureArtifact`]: ["endpoint", "container", "blob"],
  [`${ARGO}Gauge`]: ["realtime"],
  [`${ARGO}ArtifactPaths`]: ["name"],
  [`${ARGO}ContainerSetRetryStrategy`]: ["retries"],
  [`${ARGO}Memoize`]: ["maxAge"],
};

/** Fields of which Argo's reader takes any value, other than its schema says. */
const ANY_VALUE: Readonly<Record<string, readonly string[]>> = {
  [`${ARGO}Parameter`]: ["default", "value", "description", "enum"],
  [`${ARGO}ValueFrom`]: ["default"],
};

/** Fields of which Argo's reader takes more than its schema says. */
const OTHER_VALUES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  // Its examples leave out the key that the schema requires.
  [`${ARGO}Cache`]: {
    configMap: {
      type: "object",
      properties: { name: { type: "string" }, key: { type: "string" }, optional: { type: "boolean" } },
      additionalProperties: false,
    },
  },
};

/**
 * The schema as Argo's reader applies it, `argo lint --strict` included: a field that is not defined is an error,
 * numbers are texts where it reads them so, and an image may come from `templateDefaults`.
 */
function asRead(definitions: ArgoSchema["definitions"]): Record<string, unknown> {
  const read = Object.entries(definitions).map(([name, definition]): [string, unknown] => {
    if (definition.properties === undefined) return [name, definition];
    const any = (ANY_VALUE[name] ?? []).map((key): [string, unknown] => [key, {}]);
    const properties = { ...definition.properties, ...Object.fromEntries(any), ...OTHER_VALUES[name] };
    const required = definition.required?.filter((key) => NOT_REQUIRED[name]?.includes(key) !== true);
    return [
      name,
      {
        ...definition,
        additionalProperties: false,
        properties,
        ...(required === undefined ? {} : { required }),
      },
    ];
  });
  return {
    ...Object.fromEntries(read),
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": { type: ["string", "integer"] },
    "io.k8s.apimachinery.pkg.api.resource.Quantity": { type: ["string", "number"] },
  };
}

/**
 * Checks the fields and types of objects by Argo's published schema.
 *
 * @param file Argo's `api/jsonschema/schema.json`; undefined if it is not at hand.
 */
export function schemaCheck(file: string | undefined, objects: readonly unknown[]): ValidatorResult {
  if (file === undefined) return { missing: "Argo's schema is not at hand" };
  let schema: ArgoSchema;
  try {
    schema = JSON.parse(readFileSync(file, "utf8")) as ArgoSchema;
  } catch (error) {
    return { missing: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    verbose: true,
    validateFormats: false,
    logger: false,
    // Argo's schema is large, and used once: shorter ways to a validator count for more than a fast one.
    inlineRefs: false,
    validateSchema: false,
    code: { optimize: false },
  });
  ajv.addSchema({ $id: "argo", definitions: asRead(schema.definitions) });
  const validators = new Map<string, ValidateFunction>();
  const diagnostics = objects.flatMap((object, index) => {
    const value = written(object);
    const kind = String((value as { kind?: unknown }).kind);
    const validate = validators.get(kind) ?? ajv.compile({ $ref: `argo#/definitions/${ARGO}${kind}` });
    validators.set(kind, validate);
    validate(value);
    const errors = validate.errors ?? [];
    return [...errors, ...emptyFields(object, validate)].flatMap((error) =>
      diagnosticOf(error, index, value),
    );
  });
  return { version: schema.version ?? "of unknown version", diagnostics };
}

/** The object as people write it: without its status, and without members that are null, which Argo ignores. */
function written(object: unknown): unknown {
  const { status, ...rest } = object as Record<string, unknown>;
  void status;
  return withoutNulls(rest);
}

/** Fields that are not defined and have no value: Argo refuses them all the same. */
function emptyFields(object: unknown, validate: ValidateFunction): ErrorObject[] {
  if (!hasNulls(object)) return [];
  validate(object);
  return (validate.errors ?? []).filter(
    ({ keyword, data, params }) =>
      keyword === "additionalProperties" && member(data, String(params["additionalProperty"])) === null,
  );
}

function hasNulls(value: unknown): boolean {
  return Array.isArray(value)
    ? value.some(hasNulls)
    : isRecord(value) && Object.values(value).some((each) => each === null || hasNulls(each));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([key, member]) => [key, withoutNulls(member)]),
  );
}

function diagnosticOf(error: ErrorObject, object: number, root: unknown): ValidatorDiagnostic[] {
  const { keyword, data } = error;
  const params = error.params as {
    type?: string | string[];
    additionalProperty?: string;
    missingProperty?: string;
  };
  // Argo's reader leaves out an item that is null.
  if (data === null) return [];
  // Its value is known when the event has come.
  if (typeof data === "string" && data.includes(FILLED_IN_LATER)) return [];
  const path = pathOf(error.instancePath, root);
  const found = (place: readonly Segment[], message: string, fix: string): ValidatorDiagnostic[] => [
    { rule: "schema", object, path: place, message, fix },
  ];
  if (keyword === "additionalProperties") {
    const field = params.additionalProperty ?? "";
    return found(
      [...path, field],
      `unknown field "${field}"`,
      "remove it, or correct its name or its indentation",
    );
  }
  if (keyword === "required") {
    // What the defaults of a type leave out, its templates have.
    if (path.includes("templateDefaults")) return [];
    const field = params.missingProperty ?? "";
    return found(path, `the field ${field} is missing`, `add ${field}`);
  }
  if (keyword === "type") {
    const expected = [params.type ?? []].flat().join(" or ");
    return found(path, `expected ${expected}, found ${shown(data)}`, `write ${withArticle(expected)}`);
  }
  return found(
    path,
    `${error.message ?? keyword}, found ${shown(data)}`,
    "write a value that the schema allows",
  );
}

function withArticle(type: string): string {
  return `${/^[aeio]/.test(type) ? "an" : "a"} ${type}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${Array.isArray(value) ? "array" : typeof value}` : text;
}

/** The path of a JSON pointer: items of lists by their index. */
function pathOf(pointer: string, root: unknown): Segment[] {
  let value: unknown = root;
  return pointer
    .split("/")
    .slice(1)
    .map((part) => {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const segment = Array.isArray(value) ? Number(key) : key;
      value = (value as Record<Segment, unknown> | undefined)?.[segment];
      return segment;
    });
}
