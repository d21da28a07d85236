/** What a stack can choose, as the program uses it. */
import type * as pulumi from "@pulumi/pulumi";
import { studentNamespaces } from "../components/class";
import type { Scope } from "./key";
import { KEY_NAMES, KEYS, type KeyName, type Settings, scopesOf, type Values } from "./keys";
import { mlflowServiceTypeOf } from "./values/mlflow-service-type";
import { type OffsetSchedule, offsetSchedule } from "./values/schedule-offset";
import { torchIndexOf } from "./values/torch-index";

/** A whole lab in one stack. */
export interface LabConfig extends Settings<"lab"> {
  readonly scope: "lab";
  readonly mlflowServiceType: NonNullable<Values["mlflowServiceType"]>;
}

/** What a class shares. */
export interface BaseConfig extends Settings<"base"> {
  readonly scope: "base";
}

/** What one student of a class has. What is shared with the class is separated by the student's name. */
export interface StudentConfig extends Settings<"student"> {
  readonly scope: "student";
  readonly student: string;
  readonly baseStack: string;
  readonly namespace: string;
  readonly stagingNamespace: string;
  readonly buildNamespace: string;
  /** How far the student's schedule is from the class's. */
  readonly scheduleOffset: OffsetSchedule;
}

/**
 * What a stack can choose, by what it is: the values of the keys that it uses, checked and with defaults filled in.
 * The keys are documented in `keys.ts`.
 */
export type StackConfig = LabConfig | BaseConfig | StudentConfig;

/**
 * The configuration of the stack.
 *
 * @param values All values, checked each and together.
 * @param secret The value of a secret key that the stack sets, never in plain text.
 */
export function stackConfig(
  values: Values,
  secret: (key: KeyName) => pulumi.Output<string> | undefined,
): StackConfig {
  switch (values.scope) {
    case "lab":
      return {
        ...settingsOf("lab", values, secret),
        scope: "lab",
        mlflowServiceType: mlflowServiceTypeOf(values),
      };
    case "base":
      return { ...settingsOf("base", values, secret), scope: "base" };
    case "student":
      return studentConfig(values, settingsOf("student", values, secret));
  }
}

function settingsOf<S extends Scope>(
  scope: S,
  values: Values,
  secret: (key: KeyName) => pulumi.Output<string> | undefined,
): Settings<S> {
  const all = {
    ...values,
    torchIndexUrl: values.torchIndexUrl ?? torchIndexOf(values.pythonBaseImage),
  };
  const used = KEY_NAMES.filter((key) => scopesOf(key).includes(scope));
  return Object.fromEntries(
    used.map((key) => [key, KEYS[key].secret ? secret(key) : all[key]]),
  ) as Settings<S>;
}

function studentConfig(values: Values, settings: Settings<"student">): StudentConfig {
  // The rules refuse a student's stack without them.
  const { student, baseStack } = values as Values & Record<"student" | "baseStack", string>;
  const { platform, staging, build } = studentNamespaces(student);
  const scheduleOffset = offsetSchedule(values.schedule, student, values.scheduleSpreadMinutes);
  const root = values.mlflowArtifactRoot;
  return {
    ...settings,
    scope: "student",
    student,
    baseStack,
    namespace: platform,
    stagingNamespace: staging,
    buildNamespace: build,
    scheduleOffset,
    schedule: scheduleOffset.cron,
    // The class may share a bucket and a database server, but no two students a folder or a database.
    mlflowArtifactRoot: root === undefined ? undefined : `${root}/${student}`,
    mlflowDatabaseUri: settings.mlflowDatabaseUri?.apply((uri) => uri.replaceAll("{student}", student)),
  };
}

/** Settings that mean something only together, or nothing where one of them is missing. */
export function together<T extends object>(settings: {
  readonly [Name in keyof T]: T[Name] | undefined;
}): T | undefined {
  return Object.values(settings).includes(undefined) ? undefined : (settings as T);
}
