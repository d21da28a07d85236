/** What a backup says of itself: `manifest.json`, the last file in it. */

/** A file in a backup. */
export interface FileRecord {
  readonly path: string;
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** What staging served: a model version in an image, and where both come from. */
export interface ServedRelease {
  readonly modelVersion: string;
  readonly image: string;
  readonly commit: string;
  readonly trainingImage: string;
  readonly workflow: string;
}

/** What MLflow's database held at the moment of the dump. */
export interface DatabaseRecord {
  readonly experiments: number;
  readonly runs: number;
  /** Runs that had not ended; a restored lab says that they were killed. */
  readonly unfinished: number;
  readonly models: number;
  readonly versions: number;
  /** Version of the course's model with the alias `staging`. */
  readonly staging: string | null;
  /** References of images that runs and model versions name. */
  readonly images: readonly string[];
  /** Where versions' files are, below the root of the artifacts; null for one that is elsewhere. */
  readonly sources: readonly { readonly version: string; readonly path: string | null }[];
  /** Revision of the schema. */
  readonly schema: string;
  /** Major version of Postgres. */
  readonly postgres: number;
}

export interface RepositoryRecord {
  /** Its folder's name, such as `gourmetgram.git`. */
  readonly name: string;
  /** Commits by the full names of their references. */
  readonly references: Readonly<Record<string, string>>;
}

/** An image, or an index of images, by its digest. */
export interface ImageRecord {
  /** Repository in the registry. */
  readonly repository: string;
  readonly digest: string;
  readonly mediaType: string;
  /** Digests of its configuration and layers. */
  readonly blobs: readonly string[];
}

/** One lab: a stack of its own, or a student's. */
export interface LabRecord {
  /** Name of its folder in the backup: the student, or `lab`. */
  readonly folder: string;
  /** `null` for a lab in a stack of its own. */
  readonly student: string | null;
  readonly stack: string;
  readonly namespace: string;
  /** What stood before the name of an image in a reference. */
  readonly pullAddress: string;
  readonly mlflow: string;
  readonly database: DatabaseRecord;
  readonly artifacts: { readonly files: number; readonly bytes: number };
  readonly repositories: readonly RepositoryRecord[];
  /** In the order in which a registry takes them: what an index lists comes before it. */
  readonly images: readonly ImageRecord[];
  readonly serving: ServedRelease | null;
  /** What somebody who trusts the backup has to know: something that was missing in the lab, or is elsewhere. */
  readonly notes: readonly string[];
}

/** A setting of the stack. The value of a secret one is in `settings.json`. */
export interface SettingRecord {
  readonly key: string;
  /** `null` for a secret. */
  readonly value: string | null;
}

export interface Manifest {
  readonly format: number;
  /** Tells this backup from every other. */
  readonly id: string;
  /** RFC 3339. */
  readonly created: string;
  /** Version of this project. */
  readonly project: string;
  /** Name of the stack, or of the class. */
  readonly name: string;
  readonly kind: "lab" | "class";
  readonly labs: readonly LabRecord[];
  readonly settings: readonly SettingRecord[];
  readonly notIncluded: readonly string[];
  /** All files but the manifest, in their order. */
  readonly files: readonly FileRecord[];
}

export const MANIFEST_FILE = "manifest.json";
export const SETTINGS_FILE = "settings.json";

/** What no backup has. */
export const NOT_INCLUDED: readonly string[] = [
  "workflows in Argo: steps, logs and the list of runs (MLflow's runs are included)",
  "passwords, tokens and kubeconfigs: a restored lab has those of the `up` that made it",
  "images that no run, model version or release names by digest, tags of images, and the build cache",
  "images that `up` builds for itself, unless a run or a release names them",
  "changes of the schedule that were not made by settings",
];
