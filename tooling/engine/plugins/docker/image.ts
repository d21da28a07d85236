import { relative, resolve } from "node:path";
import { changedInputs } from "../shared/declarations";
import type { StandIn } from "../shared/stand-in";
import { propertyOf, reveal, revealAll, secret, secretLike, type Properties } from "../shared/values";
import { build, type BuildOrder } from "./build";
import { imageInputs, imageOutputs } from "./image-declarations";
import { checkImageInputs, type ImageInputs } from "./image-inputs";
import { parseImageName } from "./image-name";

/** Where the state keeps the inputs that the image was made from, encrypted; the official plugin's place. */
const inputsInState = "__inputs";

/**
 * `docker.Image`: builds an image and pushes it, again whenever its inputs or its sources have changed.
 *
 * Nothing is ever deleted, neither the image nor its tag in the registry, and nothing is looked up again: both as
 * with the official plugin.
 */
export const image: StandIn = {
  type: "docker:index/image:Image",
  inputs: imageInputs,
  outputs: imageOutputs,

  check: checkImageInputs,

  diff(state, news) {
    const before = reveal(state[inputsInState] ?? {}) as Properties;
    return { changed: changedInputs(imageInputs, before, news).length > 0, replaces: [] };
  },

  async create(news, log) {
    const order = orderOf(news);
    return { id: order.imageName, state: stateOf(news, await build(order, log)) };
  },

  async update(news, log) {
    return stateOf(news, await build(orderOf(news), log));
  },
};

// The check has seen to it that every input has the SDK's type, and nothing is unknown when something is made.
function plain(news: Properties): ImageInputs {
  return revealAll(news) as unknown as ImageInputs;
}

function orderOf(news: Properties): BuildOrder {
  const { imageName, build: source, registry, skipPush } = plain(news);
  const { username, password } = registry ?? {};
  return {
    imageName,
    context: source.context,
    dockerfile: source.dockerfile,
    args: source.args ?? {},
    addHosts: source.addHosts ?? [],
    platform: source.platform,
    push: skipPush !== true,
    ...(source.target === undefined ? {} : { target: source.target }),
    ...(source.network === undefined ? {} : { network: source.network }),
    ...(source.builderVersion === undefined ? {} : { buildKit: source.builderVersion === "BuilderBuildKit" }),
    ...(username === undefined || password === undefined
      ? {}
      : { credentials: { server: registry?.server ?? hostOf(imageName), username, password } }),
  };
}

function hostOf(imageName: string): string {
  return parseImageName(imageName)?.host ?? "docker.io";
}

/** The outputs, each as secret as the input that it comes from. */
function stateOf(news: Properties, repoDigest: string): Properties {
  const { imageName, build: source, registry } = plain(news);
  return {
    baseImageName: secretLike(news.imageName, imageName),
    imageName: secretLike(news.imageName, imageName),
    repoDigest: secretLike(news.imageName, repoDigest),
    registryServer: secretLike(propertyOf(news.registry, "server"), registry?.server ?? ""),
    context: secretLike(news.build, source.context),
    dockerfile: secretLike(news.build, relative(resolve(source.context), resolve(source.dockerfile))),
    platform: secretLike(news.build, source.platform),
    [inputsInState]: secret(revealAll(news)),
  };
}
