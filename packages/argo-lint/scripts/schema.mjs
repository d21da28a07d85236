// Puts Argo's published schema into dist/, if the source of its Go module is at hand.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const { argoWorkflows: version } = JSON.parse(readFileSync("package.json", "utf8"));

/** The schema in Go's module cache. */
function inModuleCache() {
  try {
    const cache = execFileSync("go", ["env", "GOMODCACHE"], { encoding: "utf8", stdio: "pipe" }).trim();
    return join(
      cache,
      `github.com/argoproj/argo-workflows/v3@v${version}`,
      "api",
      "jsonschema",
      "schema.json",
    );
  } catch {
    return undefined;
  }
}

const file = process.env.ARGO_SCHEMA ?? inModuleCache();
if (file !== undefined && existsSync(file)) {
  const { definitions } = JSON.parse(readFileSync(file, "utf8"), (key, value) =>
    key === "description" && typeof value === "string" ? undefined : value,
  );
  writeFileSync(join("dist", "schema.json"), JSON.stringify({ version, definitions }));
} else {
  console.error(
    `warning: without Argo's schema this package checks fields and types only where the program argo is\n` +
      `  fix: go mod download github.com/argoproj/argo-workflows/v3@v${version}, or set ARGO_SCHEMA to its api/jsonschema/schema.json`,
  );
}
