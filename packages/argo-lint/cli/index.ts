/** The linter for files, and its command line. */
export { lintCommand, type LintCommandOptions } from "./command";
export { exitCode, type FileDiagnostic, lintFiles, type LintFilesOptions, type Report } from "./lint-files";
