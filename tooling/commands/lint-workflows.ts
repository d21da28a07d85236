import { lintCommand } from "../../packages/argo-lint/cli";
import { isJson, tellData } from "../support/output";
import { goBuilds, isBuilt, programPath } from "../toolchain/go-builds";

/** Runs the linter, which asks the program argo too: the lab has one of the version that the rules describe. */
export const lintWorkflows = (args: readonly string[]): Promise<void> =>
  lintCommand({
    args,
    ...(isBuilt(goBuilds.argo) ? { argo: programPath(goBuilds.argo, "argo") } : {}),
    ...(isJson() ? { take: tellData } : {}),
  });
