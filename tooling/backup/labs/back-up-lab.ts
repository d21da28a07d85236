import type { LabRecord, ServedRelease } from "../file/manifest";
import type { BackupWriter } from "../file/writer";
import { type LabSource, pullAddressOf } from "../parts/access";
import { backUpArtifacts, isStored, mlflowVersion } from "../parts/artifacts";
import { dumpDatabase } from "../parts/database";
import { backUpImages, type FoundImages, imagesAt, isOwn } from "../parts/images";
import { backUpRepository, repositoryNames } from "../parts/repositories";

/** Where a lab's files are in the backup. */
export const folderOf = (student: string | null): string => `labs/${student ?? "lab"}`;

export interface Watch {
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Puts a lab into the backup, while runs go on in it.
 *
 * The database comes first: what its rows name was stored before them, so all of it is there to be copied afterwards. Files
 * that are stored meanwhile are copied too, and have no row; nobody sees them.
 */
export async function backUpLab(lab: LabSource, writer: BackupWriter, watch: Watch): Promise<LabRecord> {
  const folder = folderOf(lab.student);
  const notes: string[] = [];
  const pullAddress = pullAddressOf(lab.outputs);

  watch.report("database");
  const mlflow = await mlflowVersion(lab.mlflow, watch.signal);
  const before = await lab.staging.tested();
  const database = await dumpDatabase(
    lab.database,
    lab.outputs.registeredModel,
    writer,
    `${folder}/database`,
  );
  const after = await lab.staging.tested();
  const serving = servingOf(database.staging, before, after);
  if ((serving?.modelVersion ?? null) !== database.staging) {
    notes.push(
      `staging served ${versionText(serving?.modelVersion)}, but the alias names ${versionText(database.staging)}`,
    );
  }

  const artifacts = await backUpArtifacts(lab.mlflow, writer, `${folder}/artifacts`, watch);
  const paths = artifacts.map((each) => each.path);
  for (const { version, path } of database.sources) {
    if (path === null) notes.push(`${version}: its files are not among MLflow's own artifacts`);
    else if (!isStored(path, paths)) notes.push(`${version}: MLflow has no file of it`);
  }

  const repositories = [];
  const { git } = lab;
  if (git === undefined) notes.push(`the repository is elsewhere: ${lab.outputs.appRepository.url}`);
  for (const name of git === undefined ? [] : repositoryNames(lab.outputs)) {
    watch.report(`repository ${name}`);
    const path = `${folder}/repositories/${name}`;
    if (git !== undefined) repositories.push(await backUpRepository(git, writer, name, path));
  }

  const references = [...database.images, ...[before, after].flatMap(imagesOf)];
  const images = await imagesOfLab(lab, writer, folder, references, { ...watch, notes });
  return {
    folder,
    student: lab.student,
    stack: lab.stack,
    namespace: lab.outputs.namespace,
    pullAddress,
    mlflow,
    database,
    artifacts: {
      files: artifacts.length,
      bytes: artifacts.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    repositories,
    images,
    serving,
    notes,
  };
}

const versionText = (version: string | null | undefined): string =>
  version == null ? "no version" : `version ${version}`;

const imagesOf = (release: ServedRelease | null): string[] =>
  release === null ? [] : [release.image, release.trainingImage];

/** Staging may have changed during the dump: the release that belongs to what the dump says of it. */
function servingOf(
  version: string | null,
  before: ServedRelease | null,
  after: ServedRelease | null,
): ServedRelease | null {
  return [before, after].find((each) => (each?.modelVersion ?? null) === version) ?? before;
}

async function imagesOfLab(
  { registry, outputs }: LabSource,
  writer: BackupWriter,
  folder: string,
  references: readonly string[],
  { notes, ...watch }: Watch & { readonly notes: string[] },
): Promise<FoundImages["images"]> {
  if (registry === undefined) {
    notes.push(`the registry is elsewhere, and so are the images: ${outputs.registry.inCluster}`);
    return [];
  }
  const pullAddress = pullAddressOf(outputs);
  const { names, elsewhere } = imagesAt(pullAddress, references);
  for (const reference of elsewhere) {
    // A restore makes the references that begin with one address those of the new lab.
    notes.push(`not included, because it is not at the registry's address ${pullAddress}: ${reference}`);
  }
  const others = names.filter((name) => !isOwn(registry, name));
  for (const { repository, digest } of others) {
    notes.push(`not included, because it is the base's and not the student's: ${repository}@${digest}`);
  }
  const own = names.filter((name) => isOwn(registry, name));
  const { images, missing } = await backUpImages(registry, writer, folder, own, watch);
  for (const { repository, digest } of missing) {
    notes.push(`the registry has no ${repository}@${digest}, which a run or a model version names`);
  }
  return images;
}
