/** The provenance of images in the lab's registry. */
import { join, resolve } from "node:path";
import { digestContext, filesOfContext } from "../../../../engine/plugins/docker/build-context";
import { localImage } from "../../../../machine/docker/docker";
import { checkout } from "../../../../machine/paths";
import { ask } from "../../../../machine/run";
import { imageOf } from "../../outdated/images";
import { baseOf, isBelow, type ReadImage } from "../document";
import type { StackBuild } from "./stack-builds";
import {
  fileResource,
  imageResource,
  localResource,
  namedByDigest,
  type Provenance,
  type Resource,
} from "./statement";

/**
 * Of an image that the stack has built with Docker.
 *
 * @param inDocker What Docker tells of an image.
 */
export async function builtByStack(
  image: ReadImage,
  known: StackBuild,
  inDocker: typeof localImage = localImage,
): Promise<Provenance> {
  const { build, checkout: source, finished } = known;
  const { contextDigest, args = {}, ...parameters } = build;
  // A secret one is no text here. An address may have a password.
  const buildArgs = Object.fromEntries(
    Object.entries(args).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value.replace(/\/\/[^/@]*@/, "//***@")]] : [],
    ),
  );
  const { BASE_IMAGE: base = "", ...others } = buildArgs;
  return {
    subject: imageResource(image.repository, image.digest),
    by: "stack",
    parameters: { ...parameters, buildArgs },
    dependencies: [
      ...(source === undefined
        ? []
        : [
            {
              name: "checkout",
              digest: { gitCommit: source.commit },
              annotations: { changed: source.changed },
            },
          ]),
      ...(contextDigest === undefined ? [] : [{ name: build.context, digest: { contextDigest } }]),
      ...(await baseImage(image, base, inDocker)),
      ...Object.values(others).flatMap(namedByDigest),
      ...(await pinnedFiles(build)),
    ],
    version: source?.changed === false ? await versionAt(source.commit) : undefined,
    finished,
  };
}

/** The image that was built on. A tag may mean another one by now, which then has not its layers. */
async function baseImage(
  { unpacked }: ReadImage,
  reference: string,
  inDocker: typeof localImage,
): Promise<Resource[]> {
  const named = namedByDigest(reference);
  if (reference === "" || named.length > 0) return named;
  const found = await inDocker(reference);
  if (found === undefined || !isBelow(found.RootFS.Layers ?? [], unpacked)) return [];
  const pulled = (found.RepoDigests ?? []).find((each) => imageOf(each).name === imageOf(reference).name);
  const digest = pulled?.split("@")[1];
  return [digest === undefined ? localResource(reference, found.Id) : imageResource(reference, digest)];
}

/** The Dockerfile and the lists of Python packages, if the context is still what was built. */
async function pinnedFiles({ context, dockerfile, contextDigest }: StackBuild["build"]): Promise<Resource[]> {
  const place = { context: resolve(checkout, context), dockerfile: resolve(checkout, dockerfile) };
  if ((await digestContext(place).catch(() => undefined)) !== contextDigest) return [];
  const files = [join(dockerfile)];
  for await (const path of filesOfContext(place.context)) {
    if (/(^|\/)requirements[\w-]*\.txt$/.test(path)) files.push(join(context, path));
  }
  return files.map(fileResource);
}

async function versionAt(commit: string): Promise<string | undefined> {
  const text = await ask("git", ["-C", checkout, "show", `${commit}:./package.json`]);
  return text === undefined ? undefined : (JSON.parse(text) as { version?: string }).version;
}

/** What is known of the runs of a lab. */
export interface Runs {
  /** Names of the templates whose runs build. */
  readonly templates: { readonly train: string; readonly build: string };
  /** The runs that have deployed an image, by its digest. */
  readonly deployed: ReadonlyMap<string, string>;
}

/**
 * Of an image that a run has built with BuildKit, as far as its labels tell; undefined if they do not. They are what that
 * build has set: it is its author's word.
 */
export function builtByRun(
  image: ReadImage,
  all: readonly ReadImage[],
  runs: Runs | undefined,
): Provenance | undefined {
  const label = (name: string, pattern: RegExp): string | undefined =>
    pattern.exec(image.labels[name] ?? "")?.[0];
  const commit = label("org.opencontainers.image.revision", /^[0-9a-f]{40}$/);
  const source = label("org.opencontainers.image.source", /^https?:\/\/[^\s@]+$/);
  if (commit === undefined || source === undefined) return undefined;
  const version = label("dev.gourmetgram.model-version", /^\d+$/);
  const model = label("dev.gourmetgram.model-sha256", /^[0-9a-f]{64}$/);
  const base = baseOf(image, all);
  return {
    subject: imageResource(image.repository, image.digest),
    by: "run",
    parameters: {
      template: version === undefined ? runs?.templates.train : runs?.templates.build,
      repository: source,
      modelVersion: version,
      platform: image.platform,
    },
    dependencies: [
      { uri: `git+${source}`, digest: { gitCommit: commit } },
      ...(base === undefined ? [] : [imageResource(base.repository, base.digest)]),
      ...(model === undefined ? [] : [{ name: "model", digest: { sha256: model } }]),
      ...namedByDigest(image.labels["dev.gourmetgram.training-image"] ?? ""),
    ],
    run: runs?.deployed.get(image.digest),
  };
}
