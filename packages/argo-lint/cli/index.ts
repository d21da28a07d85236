/** The command line of the linter. */
export { lintCommand } from "./command";
export { lint } from "./lint";
