import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheEntry } from "../machine/cache";
import { versions } from "../machine/versions";
import { moduleSource } from "./go-builds";

// The module that the programs are built from, which are named by how they are built: sharing these two lines with them
// would build Argo again.
const MODULE = `github.com/argoproj/argo-workflows/v3@v${versions.argo}`;
const SUM = "h1:B8v2GIBCqUATiqrI3NaLGDplT2Id18bIruebwSXkFZI=";

const entry = cacheEntry("sources", "argo-workflows", [MODULE, SUM, "with its schema"]);

/** What Argo publishes beside its programs. */
export const argoSource = {
  /** Example workflows. */
  examples: join(entry.folder, "examples"),
  /** Definitions of its kinds with all of their fields. */
  fullDefinitions: join(entry.folder, "definitions"),
  /** JSON schema of its kinds, as argo-lint takes it. */
  schema: join(entry.folder, "schema.json"),
  isComplete: () => entry.isComplete(),
};

/** Puts them into the cache. Needs the Go toolchain, and the way to its modules the first time. */
export async function fetchArgoSource(): Promise<void> {
  await entry.ensure(async (folder) => {
    // A place of its own for the module: the one for builds may be emptied, or needed, at any time.
    const modules = join(folder, "modules");
    const env = { GOMODCACHE: modules, GOFLAGS: "-modcacherw" };
    const source = await moduleSource(MODULE, SUM, folder, "argo-source", env);
    await cp(join(source, "examples"), join(folder, "examples"), { recursive: true });
    await cp(join(source, "manifests", "base", "crds", "full"), join(folder, "definitions"), {
      recursive: true,
    });
    const schema = await readFile(join(source, "api", "jsonschema", "schema.json"), "utf8");
    const { definitions } = JSON.parse(schema) as { definitions: unknown };
    await writeFile(join(folder, "schema.json"), JSON.stringify({ version: versions.argo, definitions }));
    await rm(modules, { recursive: true, force: true });
  });
}
