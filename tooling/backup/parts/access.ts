/** What a backup asks of a lab, and what a restore does to it. */
import { type ExecOptions, TextSink } from "../../live/streams/exec";
import type { BackupOutputs } from "../../../stacks";
import type { ServedRelease } from "../file/manifest";

/**
 * Runs a program in one of the lab's containers.
 *
 * @returns what it wrote to standard error
 */
export type RunInLab = (command: readonly string[], options?: ExecOptions) => Promise<string>;

/** What a program prints. */
export async function printedBy(run: RunInLab, command: readonly string[]): Promise<string> {
  const output = new TextSink(Number.POSITIVE_INFINITY);
  await run(command, { output });
  return output.text;
}

/** The registry, as the lab uses it. */
export interface RegistryAccess {
  /** Its address, `http://host:port`. */
  readonly url: string;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  /** What the names of the lab's own repositories begin with. Others are not the lab's to write. */
  readonly prefix: string;
}

/** One lab, of a stack of its own or of a student, as a backup reads it. */
export interface LabSource {
  readonly stack: string;
  /** `null` for a lab in a stack of its own. */
  readonly student: string | null;
  readonly outputs: BackupOutputs;
  /** In the container of the database. */
  readonly database: RunInLab;
  /** In the container of the git server; undefined where the repositories are elsewhere. */
  readonly git: RunInLab | undefined;
  /** Address of MLflow. */
  readonly mlflow: string;
  /** Undefined where the registry is elsewhere. */
  readonly registry: RegistryAccess | undefined;
  readonly staging: {
    /** The release that passed its test last; `null` if none ever did. */
    readonly tested: () => Promise<ServedRelease | null>;
    /** Has staging serve a release, and waits until it does. */
    readonly serve: (release: ServedRelease) => Promise<void>;
  };
  readonly close: () => Promise<void>;
}

/** One lab, as a restore writes it. */
export interface LabAccess extends LabSource {
  /** Says which restore is under way, and `null` that none is. */
  readonly mark: {
    readonly read: () => Promise<string | null>;
    readonly write: (backup: string | null) => Promise<void>;
  };
  /** Replaces the pods of a workload, and waits for their successors. */
  readonly restart: (workload: "mlflow" | "git") => Promise<void>;
}

/** What stands before an image's name in the references of the lab: the nodes' address of the registry. */
export function pullAddressOf({ trainingImage }: Pick<BackupOutputs, "trainingImage">): string {
  const [name = ""] = trainingImage.reference.split("@");
  return name.slice(0, name.lastIndexOf("/"));
}
