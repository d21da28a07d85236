import type { ImageArgs, types } from "@pulumi/docker";
import type { Declaration, OutputDeclarations } from "../shared/declarations";

const unsupported = "is not supported by the lab's stand-in for the docker plugin; leave it out";

/** What an image is built from. All of it is optional. */
const build = {
  addHosts: { type: "list of strings", onChange: "update" },
  args: { type: "map of strings", onChange: "update" },
  builderVersion: { type: "string", onChange: "update", values: ["BuilderV1", "BuilderBuildKit"] },
  cacheFrom: { type: "object", onChange: "update", refused: unsupported },
  context: { type: "string", onChange: "update" },
  dockerfile: { type: "string", onChange: "update" },
  network: { type: "string", onChange: "update" },
  platform: { type: "string", onChange: "update" },
  target: { type: "string", onChange: "update" },
} as const satisfies Record<keyof types.input.DockerBuild, Declaration>;

/** Where an image is pushed to. New credentials are no reason to build it again. */
const registry = {
  password: { type: "string", onChange: "nothing" },
  server: { type: "string", onChange: "update" },
  username: { type: "string", onChange: "nothing" },
} as const satisfies Record<keyof types.input.Registry, Declaration>;

/** The inputs of `docker.Image`. */
export const imageInputs = {
  build: { type: "object", onChange: "update", properties: build },
  buildOnPreview: { type: "boolean", onChange: "update", default: false },
  imageName: { type: "string", onChange: "update", required: true },
  registry: { type: "object", onChange: "update", properties: registry },
  skipPush: { type: "boolean", onChange: "update", default: false },
} as const satisfies Record<keyof ImageArgs, Declaration>;

/** The outputs of `docker.Image`. */
export const imageOutputs = {
  baseImageName: { type: "string" },
  context: { type: "string" },
  dockerfile: { type: "string" },
  imageName: { type: "string" },
  platform: { type: "string", optional: true },
  registryServer: { type: "string" },
  repoDigest: { type: "string" },
} as const satisfies OutputDeclarations;
