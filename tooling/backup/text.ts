/** A backup in words, and as data for scripts. */
import type { LabRecord, Manifest } from "./file/manifest";
import { megabytes } from "./parts/artifacts";

/** What `--json` has as data. */
export function dataOf(file: string, bytes: number, manifest: Manifest): object {
  const { id, created, project, name, kind, labs, settings, notIncluded } = manifest;
  return {
    file,
    bytes,
    id,
    created,
    project,
    name,
    kind,
    labs: labs.map((lab) => ({
      student: lab.student,
      stack: lab.stack,
      mlflow: lab.mlflow,
      postgres: lab.database.postgres,
      runs: lab.database.runs,
      versions: lab.database.versions,
      staging: lab.serving?.modelVersion ?? null,
      artifacts: lab.artifacts,
      repositories: lab.repositories,
      images: lab.images.map(({ repository, digest }) => `${repository}@${digest}`),
      notes: lab.notes,
    })),
    settings: settings.map(({ key }) => key),
    notIncluded,
  };
}

/** What is in a backup, and what is not. */
export function backupText(file: string, bytes: number, manifest: Manifest): string {
  const { kind, name, created, project, labs, settings, notIncluded } = manifest;
  return [
    `${file}: ${megabytes(bytes)}, whole. The ${kind} ${name}, ${created}, version ${project} of the project.`,
    ...labs.flatMap(labLines),
    `  settings: ${settings.length === 0 ? "none" : settings.map(({ key }) => key).join(", ")}`,
    "Not in it:",
    ...notIncluded.map((each) => `  ${each}`),
  ].join("\n");
}

function labLines(lab: LabRecord): string[] {
  const { database, artifacts, repositories, images, serving, notes } = lab;
  const references = repositories.map(
    ({ name, references: all }) => `${name} (${Object.keys(all).length} references)`,
  );
  return [
    `${lab.student ?? lab.stack}:`,
    `  MLflow ${lab.mlflow}: ${database.runs} runs, ${database.versions} model versions, ${artifacts.files} artifacts with ${megabytes(artifacts.bytes)}`,
    ...(database.unfinished === 0
      ? []
      : [`  ${database.unfinished} runs had not ended; they are restored as killed`]),
    `  repositories: ${references.length === 0 ? "none" : references.join(", ")}`,
    `  images: ${images.length === 0 ? "none" : images.map(({ repository, digest }) => `${repository}@${digest.slice(0, 19)}`).join(", ")}`,
    `  staging: ${serving === null ? "nothing" : `model version ${serving.modelVersion}`}`,
    ...notes.map((note) => `  note: ${note}`),
  ];
}
