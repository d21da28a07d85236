import type { V1Deployment, V1ObjectMeta } from "@kubernetes/client-node";
import type { Products } from "../../live/runs/outcome";
import { nameOf } from "../../live/workflows/workflow";
import { type CheckContext } from "../suite/check";
import { expect, expectEqual } from "../suite/expect";
import { asksForCredentials, imageLabels, registryPlace } from "../clients/registry";
import type { Ended } from "./training-runs";

/** What a run that went through has left behind: nothing is missing. */
export type Release = { readonly [Name in keyof Products]-?: string };

/** @throws CheckFailure naming each output that the run lacks */
export function requireRelease(products: Products, look: readonly string[]): Release {
  const missing = Object.entries(products).flatMap(([name, value]) => (value === undefined ? [name] : []));
  expect(missing.length === 0, {
    expected: "the run tells its model version, image, digest, commit, training image, URL and prediction",
    seen: `it lacks ${missing.join(", ")}`,
    look,
  });
  return products as Release;
}

/** MLflow, the Deployment and the image all tell where the release comes from, and tell the same. */
export async function expectLineage(context: CheckContext, ended: Ended, release: Release): Promise<void> {
  const builder = nameOf(ended.children[0] ?? ended.run);
  await expectTags(context, release, builder);
  await expectDeployment(context, release, builder);
  await expectLabels(context, release);
}

async function expectTags({ lab, see }: CheckContext, release: Release, workflow: string): Promise<void> {
  const { name } = lab.outputs.registeredModel;
  const tags = await lab.mlflow.tagsOf(name, release.modelVersion);
  const what = `tags in MLflow of ${name} version ${release.modelVersion}`;
  expectEntries(what, Object.fromEntries(tags), {
    image_digest: release.imageDigest,
    image: release.image,
    application_commit: release.commit,
    workflow,
  });
  see(`${what}: image_digest, image, application_commit, workflow`);
}

async function expectDeployment(
  { lab, see }: CheckContext,
  release: Release,
  workflow: string,
): Promise<void> {
  const { namespace, deployment: name } = lab.outputs.staging;
  const deployment = await lab.cluster.apps.readNamespacedDeployment({ namespace, name });
  const pod = deployment.spec?.template.metadata;
  expectEntries(`annotations of the pods of ${name}`, pod?.annotations, {
    "gourmetgram.dev/image": release.image,
    "gourmetgram.dev/application-commit": release.commit,
    "gourmetgram.dev/training-image": release.trainingImage,
    "gourmetgram.dev/workflow": workflow,
  });
  const label = "gourmetgram.dev/model-version";
  expectEntries(`labels of the pods of ${name}`, pod?.labels, { [label]: release.modelVersion });
  expectEntries(`what ${name} goes back to`, testedOf(deployment.metadata), {
    modelVersion: release.modelVersion,
    image: release.image,
    commit: release.commit,
    trainingImage: release.trainingImage,
    workflow,
  });
  expectEqual(`image that ${name} runs`, imageOf(deployment), release.image);
  see(`Deployment ${name}: image by digest, annotated with commit, training image and workflow`);
}

async function expectLabels({ lab, see, signal }: CheckContext, release: Release): Promise<void> {
  const place = registryPlace(lab.outputs.registry);
  if (await asksForCredentials(place, signal)) {
    see("the registry asks for credentials, which outputs do not have: the image's labels not looked into");
    return;
  }
  const labels = await imageLabels(place, release.image, signal);
  expectEntries(`labels of ${release.image}`, labels, {
    "org.opencontainers.image.revision": release.commit,
    "org.opencontainers.image.source": lab.outputs.appRepository.url,
    "dev.gourmetgram.model-version": release.modelVersion,
    "dev.gourmetgram.training-image": release.trainingImage,
  });
  see("the image's labels tell commit, source, model version and training image");
}

/** What staging goes back to when a later version fails; the pipeline notes it once the tests have passed. */
export function testedOf(metadata: V1ObjectMeta | undefined): Readonly<Record<string, string>> {
  const text = metadata?.annotations?.["gourmetgram.dev/tested"];
  return text === undefined ? {} : (JSON.parse(text) as Record<string, string>);
}

function imageOf({ spec }: V1Deployment): string | undefined {
  return spec?.template.spec?.containers[0]?.image;
}

/** Fails the check unless each entry is there with its value; others may be there too. */
export function expectEntries(
  what: string,
  seen: Readonly<Record<string, string>> = {},
  wanted: Readonly<Record<string, string>>,
): void {
  const wrong = Object.entries(wanted).filter(([key, value]) => seen[key] !== value);
  expect(wrong.length === 0, {
    expected: `${what}: ${wrong.map(([key, value]) => `${key} ${value}`).join(", ")}`,
    seen: wrong.map(([key]) => `${key} ${seen[key] ?? "missing"}`).join(", "),
  });
}
