/**
 * Runs the tests that need programs which `npm run up` puts in place: the Pulumi engine, and as oracles that nobody
 * here wrote, Argo's own command line, examples and definitions, and Kubernetes' API server.
 */
import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { engineIsReady, pulumiHome } from "../tooling/engine/engine";
import { argoSource, fetchArgoSource } from "../tooling/toolchain/argo-source";
import { goIsReady } from "../tooling/toolchain/go";
import { goBuilds, isBuilt, programPath } from "../tooling/toolchain/go-builds";
import { checkout } from "./support/checkout";

/** What the tests find in their environment: only that which is there. */
async function oracles(): Promise<Record<string, string>> {
  const found: Record<string, string> = { GOURMETGRAM_ENGINE_HOME: pulumiHome };
  const { argo, etcd, kubernetes } = goBuilds;
  if (isBuilt(argo)) found["GOURMETGRAM_ARGO"] = programPath(argo, "argo");
  if (isBuilt(kubernetes)) found["GOURMETGRAM_KUBERNETES"] = programPath(kubernetes, "");
  if (isBuilt(etcd)) found["GOURMETGRAM_ETCD"] = programPath(etcd, "etcd");
  if (goIsReady()) {
    await fetchArgoSource();
    found["GOURMETGRAM_ARGO_SOURCE"] = argoSource.examples;
    found["GOURMETGRAM_ARGO_DEFINITIONS"] = argoSource.fullDefinitions;
    found["GOURMETGRAM_ARGO_SCHEMA"] = argoSource.schema;
  }
  return found;
}

/** Where nginx is, by `unpack` of the Python tests, which are no TypeScript. Undefined where it cannot be had: its tests are skipped then. */
async function nginxFolder(): Promise<string | undefined> {
  const environments: string = "./python/environments.mjs";
  const { unpack } = (await import(environments)) as {
    unpack: (name: string) => Promise<string | undefined>;
  };
  try {
    return await unpack("nginx");
  } catch (error) {
    console.error(`the registry's guard is tested only with the nginx on the PATH, if any: ${String(error)}`);
    return undefined;
  }
}

async function main(): Promise<number> {
  if (!(await engineIsReady())) {
    console.error(
      "error: there is no Pulumi engine yet\n  remedy: npm run up -- --cluster-only, then run this again",
    );
    return 1;
  }
  const nginx = await nginxFolder();
  const paths = [...(nginx === undefined ? [] : [join(nginx, "usr", "sbin")]), process.env["PATH"]];
  const proofs = ["argo-lint", "schema", "upstream-examples"].map(
    (name) => `test/unit/packages/argo-lint/${name}.test.ts`,
  );
  const { status } = spawnSync(
    join(checkout, "node_modules", ".bin", "mocha"),
    // Each file has servers and folders of its own, and waits for them half of the time.
    ["--parallel", "--jobs", "2", "test/engine/**/*.test.ts", ...proofs],
    {
      cwd: checkout,
      stdio: "inherit",
      env: { ...process.env, ...(await oracles()), PATH: paths.join(delimiter) },
    },
  );
  return status ?? 1;
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
