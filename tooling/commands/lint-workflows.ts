import { lintCommand } from "../../packages/argo-lint/cli";
import { goBuilds, isBuilt, programPath } from "../toolchain/go-builds";

// The linter asks the program argo too, and the lab has one of the version that the rules describe.
void lintCommand(isBuilt(goBuilds.argo) ? { argo: programPath(goBuilds.argo, "argo") } : {});
