import { lintCommand } from "../../../packages/argo-lint/cli";
import { isJson, tellData } from "../../support/output";
import { argoSource } from "../../toolchain/argo-source";
import { goBuilds, isBuilt, programPath } from "../../toolchain/go-builds";

/** Runs the linter with the lab's own program argo or, without it, Argo's schema. */
export const lintWorkflows = (args: readonly string[]): Promise<void> =>
  lintCommand({
    args,
    name: "npm run lint:workflows --",
    argo:
      process.env["GOURMETGRAM_ARGO"] ??
      (isBuilt(goBuilds.argo) ? programPath(goBuilds.argo, "argo") : undefined),
    schema: argoSource.isComplete() ? argoSource.schema : undefined,
    // npm runs scripts in the project's folder, and says where it was called.
    folder: process.env["INIT_CWD"] ?? process.cwd(),
    take: isJson() ? tellData : undefined,
  });
