import { bytesOf } from "../kubernetes";

/** What BuildKit's settings follow from. */
export interface BuildkitConfigArgs {
  /** Server of a registry that speaks plain HTTP, `host[:port]` without a path. @default none */
  readonly plainHttpRegistry: string | undefined;
  /** What BuildKit may write on its node's disk, as a Kubernetes quantity. */
  readonly disk: string;
}

/** Steps that run at the same time, of all builds: twice the cores of its container. */
const MAX_PARALLELISM = 4;

/**
 * What a client may not have. The keys are in `cmd/buildkitd/config/config.go` of BuildKit.
 *
 * `gateway.v0` runs an image that a Dockerfile names (`# syntax=`), with more rights than a step has; Dockerfiles are read
 * by `dockerfile.v0`, which is part of BuildKit. The history tells every client of all builds. It is emptied of those
 * that have ended every two minutes, and both limits have to be 0 for that (`solver/llbsolver/history/buildhistory.go`).
 */
const HARDENING = [
  '[frontend."gateway.v0"]',
  "  enabled = false",
  "",
  "[history]",
  '  maxAge = "0s"',
  "  maxEntries = 0",
];

/**
 * The file `buildkitd.toml`.
 *
 * BuildKit would measure the disk under its cache, which is that of the whole node. So it gets a figure: four fifths of
 * what it may write, since a build adds to the cache before anything old is removed.
 */
export function buildkitConfig({ plainHttpRegistry, disk }: BuildkitConfigArgs): string {
  const bytes = Math.floor(bytesOf(disk) * 0.8);
  const worker = [
    "[worker.oci]",
    "  gc = true",
    `  maxUsedSpace = "${bytes}"`,
    `  max-parallelism = ${MAX_PARALLELISM}`,
  ];
  const registry =
    plainHttpRegistry === undefined ? [] : ["", `[registry."${plainHttpRegistry}"]`, "  http = true"];
  return [...worker, "", ...HARDENING, ...registry, ""].join("\n");
}
