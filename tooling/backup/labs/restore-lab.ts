import { messageOf } from "../../support/errors";
import { finishing } from "../../support/interruption";
import type { FileRecord, LabRecord, Manifest } from "../file/manifest";
import { type BackupFile, filesOf, type StoredFile } from "../file/reader";
import { type LabAccess, pullAddressOf } from "../parts/access";
import { listArtifacts, mlflowVersion, restoreArtifact } from "../parts/artifacts";
import { restoreDatabase, surveyDatabase } from "../parts/database";
import { manifestPath, restoreBlob, restoreManifest } from "../parts/images";
import { pushedBranches, referencesOf, restoreRepository } from "../parts/repositories";
import { relocated } from "../parts/staging";
import type { Watch } from "./back-up-lab";
import type { LabStack } from "./stacks";

/** The mark of a lab that has all of a backup, while others of its class are still to be restored. */
const doneMark = (backup: string): string => `${backup} done`;

/** Why a lab cannot take what is in a backup, each with a remedy; nothing has been changed. */
export async function obstacles(
  lab: LabAccess,
  record: LabRecord,
  { id, files }: Pick<Manifest, "id" | "files">,
  emptying: string,
): Promise<string[]> {
  const marked = await lab.mark.read();
  if (marked === doneMark(id)) return [];
  const found: string[] = [];
  if (marked === id) {
    const work = await workSince(lab, record, files);
    if (work.length > 0) {
      const more = work.length > 5 ? `, and ${work.length - 5} more` : "";
      found.push(
        `a restore was begun in ${lab.stack} and did not end, and since then there is work that it would delete: ` +
          `${work.slice(0, 5).join(", ")}${more}\n  remedy: keep the lab as it is, or ${emptying}`,
      );
    }
    return [...found, ...versionObstacles(record, { mlflow: await mlflowVersion(lab.mlflow) })];
  }
  if (marked !== null) {
    found.push(
      `a restore of another backup was begun in ${lab.stack} and did not end\n  remedy: run that one again, or ${emptying}`,
    );
  }
  const { runs, models, postgres } = await surveyDatabase(lab.database, lab.outputs.registeredModel);
  const artifacts = await listArtifacts(lab.mlflow);
  const pushed = await branchesOf(lab, record);
  const release = await lab.staging.tested();
  const data = [
    ...(runs > 0 ? [`${runs} runs`] : []),
    ...(models > 0 ? [`${models} registered models`] : []),
    ...(artifacts.length > 0 ? [`${artifacts.length} artifacts`] : []),
    ...pushed,
    ...(release === null ? [] : [`model version ${release.modelVersion} in staging`]),
  ];
  if (data.length > 0 && marked === null) {
    found.push(`${lab.stack} has data, which would be lost: ${data.join(", ")}\n  remedy: ${emptying}`);
  }
  return [...found, ...versionObstacles(record, { mlflow: await mlflowVersion(lab.mlflow), postgres })];
}

/** What is in a lab, half restored, and not in the backup. */
async function workSince(lab: LabAccess, record: LabRecord, files: readonly FileRecord[]): Promise<string[]> {
  const now = await surveyDatabase(lab.database, lab.outputs.registeredModel).catch((error: unknown) => {
    // Half exchanged: nobody could write to it since.
    if (/does not exist|not currently accepting connections/.test(messageOf(error))) return undefined;
    throw error;
  });
  const runs = now?.runs ?? 0;
  // Before the database is exchanged, it has none.
  const others =
    runs === 0 || runs === record.database.runs ? [] : [`${runs} runs, not ${record.database.runs}`];
  const own = new Set(files.map(({ path }) => path));
  const artifacts = (await listArtifacts(lab.mlflow))
    .filter(({ path }) => !own.has(`${record.folder}/artifacts/${path}`))
    .map(({ path }) => `the artifact ${path}`);
  return [...others, ...artifacts, ...(await branchesOf(lab, record, true))];
}

/** The branches on which somebody has pushed. @param others Without those that are as the backup has them. */
async function branchesOf(
  { git }: LabAccess,
  { repositories }: LabRecord,
  others = false,
): Promise<string[]> {
  if (git === undefined) return [];
  const all = await Promise.all(
    repositories.map(async ({ name, references }) => {
      const now = await referencesOf(git, name);
      const same = (branch: string): boolean =>
        [branch, `refs/heads/${branch}`].some((each) => each in now && now[each] === references[each]);
      return pushedBranches(now).filter((branch) => !(others && same(branch)));
    }),
  );
  return all.flat().map((branch) => `the branch ${branch}`);
}

/** Differences that a dump or a schema does not survive. */
export function versionObstacles(
  { database, mlflow }: LabRecord,
  now: { readonly mlflow: string; readonly postgres?: number },
): string[] {
  const found: string[] = [];
  if (now.postgres !== undefined && now.postgres !== database.postgres) {
    found.push(
      `the backup is of Postgres ${database.postgres}, and the lab has Postgres ${now.postgres}` +
        `\n  remedy: npm run pulumi -- config set gourmetgram:postgresImage IMAGE, one of Postgres ${database.postgres}, before the first npm run up`,
    );
  }
  const [[major, minor], [ownMajor, ownMinor]] = [numbersOf(mlflow), numbersOf(now.mlflow)];
  if (major !== ownMajor || minor > ownMinor) {
    found.push(
      `the backup is of MLflow ${mlflow}, and the lab has MLflow ${now.mlflow}` +
        "\n  remedy: use the version of this project that wrote the backup; npm run backup -- --check FILE names it",
    );
  }
  return found;
}

function numbersOf(version: string): [number, number] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return [major, minor];
}

/** Puts the files of one lab back, as they come. */
export class LabRestore {
  constructor(
    private readonly lab: LabAccess,
    private readonly record: LabRecord,
    private readonly files: ReadonlyMap<string, FileRecord>,
    private readonly watch: Watch,
  ) {}

  /** What is restored twice is the same as what is restored once, so an interrupted restore can begin again. */
  async take({ path, content }: StoredFile): Promise<void> {
    const { lab, record, watch } = this;
    const { folder } = record;
    const [part = "", ...rest] = path.slice(folder.length + 1).split("/");
    const name = rest.join("/");
    const bytes = this.files.get(path)?.bytes ?? 0;
    watch.report(`${part} ${name}`.trim());
    switch (part) {
      case "database": {
        const addresses = { from: record.pullAddress, to: pullAddressOf(lab.outputs) };
        await restoreDatabase(lab.database, content, bytes, addresses);
        // It brings the schema up to date when it starts.
        await lab.restart("mlflow");
        return;
      }
      case "artifacts":
        await restoreArtifact(lab.mlflow, name, content, bytes, watch.signal);
        return;
      case "repositories":
        if (lab.git !== undefined) await restoreRepository(lab.git, name, content, bytes);
        return;
      case "blobs": {
        const wanting = record.images.filter(({ blobs }) => blobs.includes(name));
        const repositories = [...new Set(wanting.map(({ repository }) => repository))];
        if (lab.registry !== undefined) {
          await restoreBlob(lab.registry, repositories, name, content, bytes);
        }
        return;
      }
      case "manifests": {
        const image = record.images.find((each) => manifestPath(folder, each) === path);
        if (image !== undefined && lab.registry !== undefined) {
          await restoreManifest(lab.registry, image, content);
        }
        return;
      }
      default:
        throw new Error(`the backup has the file ${path}, which this version does not know`);
    }
  }

  /**
   * Has staging serve what it served, and compares what is there now with the backup.
   *
   * @throws Error that names what differs
   */
  async finish(): Promise<void> {
    const { lab, record, watch } = this;
    if (lab.git !== undefined && record.repositories.length > 0) {
      watch.report("the git server starts again");
      await lab.restart("git");
    }
    if (record.serving !== null) {
      watch.report(`staging: model version ${record.serving.modelVersion}`);
      await lab.staging.serve(relocated(record.serving, record.pullAddress, pullAddressOf(lab.outputs)));
    }
    const differing = await this.differences();
    if (differing.length > 0) throw new Error(`after the restore of ${lab.stack}: ${differing.join("; ")}`);
  }

  private async differences(): Promise<string[]> {
    const { lab, record } = this;
    const now = await surveyDatabase(lab.database, lab.outputs.registeredModel);
    // A run that a schedule has started meanwhile is one more.
    const counts = (["experiments", "runs", "models", "versions"] as const)
      .filter((each) => now[each] < record.database[each])
      .map((each) => `${each}: ${now[each]}, not ${record.database[each]}`);
    if (now.staging !== record.database.staging) {
      counts.push(`staging: ${now.staging ?? "none"}, not ${record.database.staging ?? "none"}`);
    }
    const stored = new Map((await listArtifacts(lab.mlflow)).map(({ path, bytes }) => [path, bytes]));
    const prefix = `${record.folder}/artifacts/`;
    const files = [...this.files.values()].filter(({ path }) => path.startsWith(prefix));
    const artifacts = files
      .filter(({ path, bytes }) => stored.get(path.slice(prefix.length)) !== bytes)
      .map(({ path }) => `the artifact ${path.slice(prefix.length)}`);
    const { git } = lab;
    const repositories = [];
    for (const { name, references } of git === undefined ? [] : record.repositories) {
      const found = git === undefined ? {} : await referencesOf(git, name);
      // What the lab itself writes follows the code of this checkout.
      const lost = Object.entries(references).filter(
        ([reference, commit]) => found[reference] !== commit && !isLabs(reference, commit, references),
      );
      repositories.push(...lost.map(([reference]) => `${reference} of ${name}`));
    }
    return [...counts, ...artifacts, ...repositories];
  }
}

/**
 * Goes through the backup once: a lab's files are together, one lab after the other.
 *
 * Until all labs are restored, each keeps a mark. So the same command goes on after one that failed or was killed, and
 * leaves alone what it had ended.
 *
 * @param open Opens the lab of a stack for the work, and closes it.
 * @throws Error that names what differs, or cannot be stored
 */
export async function restoreLabs(
  file: BackupFile,
  { id, files }: Pick<Manifest, "id" | "files">,
  targets: readonly { readonly record: LabRecord; readonly stack: LabStack }[],
  open: (stack: LabStack, work: (lab: LabAccess) => Promise<void>) => Promise<void>,
  watch: Watch,
): Promise<void> {
  const records = new Map(files.map((each) => [each.path, each]));
  const stored = filesOf(file);
  let next = await stored.next();
  const marks: LabAccess["mark"][] = [];
  for (const { record, stack } of targets) {
    await open(stack, async (lab) => {
      marks.push(lab.mark);
      if ((await lab.mark.read()) === doneMark(id)) return;
      await lab.mark.write(id);
      const restoring = new LabRestore(lab, record, records, watch);
      while (next.done !== true && !isOf(record, next.value.path)) next = await stored.next();
      while (next.done !== true && isOf(record, next.value.path)) {
        await restoring.take(next.value);
        next = await stored.next();
      }
      await restoring.finish();
      if (marks.length < targets.length) await lab.mark.write(doneMark(id));
    });
  }
  await stored.return(undefined);
  await finishing(() => Promise.all(marks.map((mark) => mark.write(null))));
}

const isOf = ({ folder }: LabRecord, path: string): boolean => path.startsWith(`${folder}/`);

/** Whether the git server moves a reference by itself when it starts. */
const isLabs = (reference: string, commit: string, references: Readonly<Record<string, string>>): boolean =>
  ["refs/heads/course", "refs/heads/mlops-bad"].includes(reference) ||
  commit === references["refs/heads/course"];
