#!/usr/bin/env node
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { lintCommand } from "./command";

/** The schema that the build has put into the package, if it had one. */
const schema = join(dirname(require.main?.filename ?? ""), "..", "schema.json");

void lintCommand({ schema: existsSync(schema) ? schema : undefined });
