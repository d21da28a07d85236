/** Where an image comes from: a Statement of in-toto with the predicate of SLSA, as its specification has both. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { checkout } from "../../../../machine/paths";

/** Something with a digest: a resource descriptor of in-toto. */
export interface Resource {
  readonly name?: string;
  readonly uri?: string;
  /** By the name of the algorithm. */
  readonly digest: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/** An image, by its name and a digest of it. */
export type ImageResource = Resource & {
  readonly name: string;
  readonly digest: { readonly sha256: string };
};

/** What is known of a build. What is undefined is left out. */
export interface Provenance {
  readonly subject: ImageResource;
  /** Who built: the stack or the lab with Docker, or a run with BuildKit in the cluster. */
  readonly by: "stack" | "node" | "run";
  /** What was asked for, by names that the pages of the lab explain. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What went into it. */
  readonly dependencies: readonly Resource[];
  /** Version of the lab that built. */
  readonly version?: string | undefined;
  /** Name of the run. */
  readonly run?: string | undefined;
  /** In RFC 3339. */
  readonly finished?: string | undefined;
}

/** Begins the names of what is this project's own. They are names alone: nothing is at these addresses. */
const OWN = "https://gourmetgram.dev/provenance";

/** The document, as JSON. It is not signed. */
export function statementOf(known: Provenance): string {
  const { subject, by, parameters, dependencies, version, run, finished } = known;
  const statement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [subject],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: `${OWN}/build-by-${by}/v1`,
        externalParameters: parameters,
        resolvedDependencies: dependencies,
      },
      runDetails: {
        builder: {
          id: `${OWN}/${by === "run" ? "buildkit-in-cluster" : "docker"}`,
          version: version === undefined ? undefined : { "gourmetgram-lab": version },
        },
        metadata: { invocationId: run, finishedOn: finished },
      },
    },
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
}

/** An image, by a digest of it: `sha256:…`. */
export const imageResource = (name: string, digest: string): ImageResource => ({
  name,
  digest: { sha256: digest.replace("sha256:", "") },
});

/** An image that has never been in a registry, by Docker's ID of it, or that of a node. */
export const localResource = (name: string, id: string): ImageResource => ({
  ...imageResource(name, id),
  annotations: { digestOf: "image ID" },
});

/** The image that a reference names, if it does so by digest. */
export function namedByDigest(reference: string): Resource[] {
  const [, name, digest] = /^([^@]+)@(sha256:[0-9a-f]{64})$/.exec(reference) ?? [];
  return name === undefined || digest === undefined ? [] : [imageResource(name, digest)];
}

/** A file of the checkout, by its path in it. */
export const fileResource = (path: string): Resource => ({
  name: path,
  digest: {
    sha256: createHash("sha256")
      .update(readFileSync(resolve(checkout, path)))
      .digest("hex"),
  },
});
