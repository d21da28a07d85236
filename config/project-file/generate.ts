/** Writes what is generated from the configuration keys. npm runs it in the project's folder: `npm run generate`. */
import { readFileSync, writeFileSync } from "node:fs";
import { withKeys } from "./pulumi-yaml";

writeFileSync("Pulumi.yaml", withKeys(readFileSync("Pulumi.yaml", "utf8")));
