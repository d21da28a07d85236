import { createHash } from "node:crypto";
import { execa } from "execa";
import { DATA_LABEL } from "../../../components/kubernetes";
import type { LabOutputs } from "../../../stacks";
import type { Cluster } from "../../live/api-clients";
import type { Mlflow } from "../../live/services/mlflow";
import { servedText, type StagingService } from "../../live/services/staging-service";
import { withTemporaryFolder } from "../../support/interruption";

/** What a lab holds, each thing by a name that people understand: of contents, a digest. */
export type Survey = Readonly<Record<string, string>>;

/** What is looked at. Its outputs may be those of another version of the lab. */
export interface Surveyed {
  readonly outputs: Pick<LabOutputs, "registeredModel" | "appRepository"> & Partial<LabOutputs>;
  readonly cluster: Cluster;
  readonly mlflow: Mlflow;
  readonly staging: StagingService;
}

/**
 * All that a lab is to keep: model versions with their tags, aliases, runs, artifacts, commits, what opens the data, and
 * what serves. All artifacts are read.
 */
export async function surveyOf(lab: Surveyed): Promise<Survey> {
  const parts = await Promise.all([
    modelsOf(lab),
    artifactsOf(lab.mlflow),
    commitsOf(lab.outputs),
    secretsOf(lab.cluster),
    servingOf(lab.staging),
  ]);
  return Object.fromEntries(parts.flat());
}

type Entries = [name: string, what: string][];

async function modelsOf({ mlflow, outputs }: Surveyed): Promise<Entries> {
  const { name, alias, stagingAlias } = outputs.registeredModel;
  const { versions, alias: development } = await mlflow.registryState(name, alias);
  const staging = (await mlflow.registryState(name, stagingAlias)).alias;
  const found: Entries = [];
  for (const { version, runId } of versions) {
    found.push([`version ${version} of ${name}`, `made by run ${runId ?? "none"}`]);
    for (const [tag, value] of await mlflow.tagsOf(name, String(version)))
      found.push([`tag ${tag} of version ${version}`, value]);
  }
  const runs = (await mlflow.runs()).map(({ id, metrics }): [string, string] => [
    `run ${id}`,
    `${metrics.size} metrics`,
  ]);
  return [
    ...found,
    ...runs,
    [`alias ${alias}`, String(development)],
    [`alias ${stagingAlias}`, String(staging)],
  ];
}

async function artifactsOf(mlflow: Mlflow, folder = ""): Promise<Entries> {
  const found: Entries = [];
  for (const { path, isFolder } of await mlflow.listArtifacts(folder)) {
    if (isFolder) found.push(...(await artifactsOf(mlflow, path)));
    else found.push([`artifact ${path}`, digestOf(await mlflow.getArtifact(path))]);
  }
  return found;
}

/** Commits by their branches: a branch may go on, and what it has led to stays. `mlops-bad` the lab makes again itself. */
async function commitsOf({ appRepository, trainRepository }: Surveyed["outputs"]): Promise<Entries> {
  const urls = [appRepository.externalUrl, trainRepository?.externalUrl].filter((url) => url !== undefined);
  return (await Promise.all(urls.map(commitsAt))).flat();
}

const commitsAt = (url: string): Promise<Entries> =>
  withTemporaryFolder("survey", async (folder) => {
    const git = async (...args: string[]): Promise<string[]> => {
      const { stdout } = await execa("git", args, { cwd: folder, timeout: 60_000, stdin: "ignore" });
      return stdout.split("\n").filter((line) => line !== "");
    };
    await git("clone", "--quiet", "--bare", url, ".");
    const branches = await git("for-each-ref", "--format=%(refname:short)", "refs/heads");
    const { pathname } = new URL(url);
    const entries = branches
      .filter((branch) => branch !== "mlops-bad")
      .map(async (branch): Promise<Entries> =>
        (await git("log", "--format=%H %s", branch)).map((line) => {
          const [commit = "", ...subject] = line.split(" ");
          return [`commit ${commit} on ${branch} of ${pathname}`, subject.join(" ")];
        }),
      );
    return (await Promise.all(entries)).flat();
  });

async function secretsOf({ core }: Cluster): Promise<Entries> {
  const { items } = await core.listSecretForAllNamespaces({ labelSelector: DATA_LABEL });
  return items.flatMap(({ metadata, data = {} }) =>
    Object.entries(data).map(([key, value]): [string, string] => [
      `secret ${metadata?.namespace ?? ""}/${metadata?.name ?? ""}, ${key}`,
      digestOf(Buffer.from(value)),
    ]),
  );
}

async function servingOf(staging: StagingService): Promise<Entries> {
  return [["staging", servedText(await staging.served())]];
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** What the lab had before and has not any more, or has otherwise, a line each; what came on top is none. */
export function lossesBetween(before: Survey, after: Survey): string[] {
  return Object.entries(before).flatMap(([name, what]) => {
    const now = after[name];
    if (now === what) return [];
    return now === undefined ? [`${name} is gone: it was ${what}`] : [`${name} is ${now}, and was ${what}`];
  });
}
