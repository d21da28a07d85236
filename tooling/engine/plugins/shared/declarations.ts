import { containsUnknown, equal, isObject, reveal, type Properties, type Value } from "./values";

/** The shapes that an input or output of a stand-in can have. */
export type ValueType = "string" | "integer" | "boolean" | "list of strings" | "map of strings" | "object";

/** What a change of an input does to the resource. */
export type OnChange = "replace" | "update" | "nothing";

/** One input of a resource, as the SDK's types declare it. */
export interface Declaration {
  readonly type: ValueType;
  readonly onChange: OnChange;
  /** @default optional */
  readonly required?: true;
  /** What the resource does where the program says nothing. */
  readonly default?: boolean | number;
  /** The only values that are allowed. */
  readonly values?: readonly string[];
  /** Why the stand-in refuses this input although the official plugin takes it. */
  readonly refused?: string;
  /** The properties of an object. */
  readonly properties?: Declarations;
}

/** The inputs of a resource, by name. */
export type Declarations = Readonly<Record<string, Declaration>>;

/** One output of a resource. */
export interface OutputDeclaration {
  readonly type: ValueType;
  /** Whether the resource may be without it. */
  readonly optional?: true;
  /** Whether it is encrypted in the state. */
  readonly secret?: true;
}

/** The outputs of a resource, by name. */
export type OutputDeclarations = Readonly<Record<string, OutputDeclaration>>;

/**
 * Everything that is wrong with the inputs by their declarations, as sentences that begin with the input's path.
 * No value is quoted, because it may be a secret.
 */
export function problemsOf(declarations: Declarations, inputs: Properties, prefix = ""): string[] {
  const unknownNames = Object.keys(inputs).filter((name) => declarations[name] === undefined);
  return [
    ...unknownNames.map((name) => `${prefix}${name}: is not an input; known are ${namesOf(declarations)}`),
    ...Object.entries(declarations).flatMap(([name, declaration]) =>
      problemsOfOne(declaration, inputs[name] ?? null, `${prefix}${name}`),
    ),
  ];
}

/** The names of the top-level inputs whose difference matters: it leads to an update or a replacement. */
export function changedInputs(declarations: Declarations, olds: Properties, news: Properties): string[] {
  const before = comparable(declarations, olds);
  const after = comparable(declarations, news);
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !equal(before[name], after[name]));
}

function problemsOfOne(declaration: Declaration, marked: Value, path: string): string[] {
  const value = reveal(marked);
  if (value === null) {
    return declaration.required ? [`${path}: is required`] : [];
  }
  if (declaration.refused !== undefined) {
    return [`${path}: ${declaration.refused}`];
  }
  if (declaration.properties !== undefined && isObject(value)) {
    return problemsOf(declaration.properties, value, `${path}.`);
  }
  if (containsUnknown(value)) {
    return [];
  }
  if (!hasType(declaration.type, value)) {
    return [`${path}: must be ${declaration.type.startsWith("i") ? "an" : "a"} ${declaration.type}`];
  }
  if (declaration.values !== undefined && !declaration.values.includes(value as string)) {
    return [`${path}: must be ${declaration.values.join(" or ")}`];
  }
  return [];
}

function hasType(type: ValueType, value: Value): boolean {
  switch (type) {
    case "string":
    case "boolean":
      return typeof value === type;
    case "integer":
      return Number.isSafeInteger(value);
    case "list of strings":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "map of strings":
      return isObject(value) && Object.values(value).every((item) => typeof item === "string");
    case "object":
      return isObject(value);
  }
}

function comparable(declarations: Declarations, inputs: Properties): Properties {
  const kept = Object.entries(inputs).filter(([name]) => declarations[name]?.onChange !== "nothing");
  return Object.fromEntries(
    kept.map(([name, marked]) => {
      const value = reveal(marked);
      const properties = declarations[name]?.properties;
      return [name, properties !== undefined && isObject(value) ? comparable(properties, value) : value];
    }),
  );
}

function namesOf(declarations: Declarations): string {
  return Object.keys(declarations).sort().join(", ");
}
