import type { Command } from "commander";
import type { SbomOptions } from "./commands/sbom/sbom";
import { path } from "./arguments";
import { withHelp, withJson } from "./declare";

/** The commands that run a program on the lab, and those that need no lab. */
export function toolCommands(program: Command): void {
  for (const [name, what, example] of [
    ["kubectl", "run kubectl on the lab's cluster", "kubectl -- get pods -A"],
    ["argo", "run Argo's command line on the lab's cluster", "argo -- list -n gourmetgram-platform"],
  ] as const) {
    handOn(program, name, `${what}: npm run ${example}`).action(async (args: string[]) =>
      (await import("./commands/program/tools.js")).runTool(name, args),
    );
  }
  handOn(program, "pulumi", "run Pulumi on the lab's stack: npm run pulumi -- stack output").action(
    async (args: string[]) => (await import("./commands/program/pulumi.js")).passThrough(args),
  );

  const preview = program
    .command("preview")
    .description("show what up would change, and hold it to the policies; needs no cluster and no stack")
    .argument(
      "[arguments...]",
      "for pulumi preview, for example --diff; with --json the plan is Pulumi's document",
    )
    .allowUnknownOption()
    .action(async (args: string[]) => (await import("./commands/program/preview.js")).preview(args));
  withHelp(preview, { examples: ["preview", "preview -- --diff"] });

  const render = program
    .command("render")
    .description("write the stack's manifests, without Secrets, in the order in which they are applied")
    .argument("<folder>", "a new or empty folder, or one that an earlier render wrote", path)
    .action(async (folder: string) => (await import("./commands/program/render.js")).render(folder));
  withHelp(withJson(render), { examples: ["render -- manifests"] });

  program
    .command("lint")
    .description("find mistakes in Argo workflows before they run: npm run lint:workflows -- --help")
    .argument("[arguments...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args: string[]) => (await import("./commands/lint-workflows.js")).lintWorkflows(args));

  const rights = program
    .command("rights")
    .description("print which service account may do what, and which template needs it, as Markdown")
    .option("--check", "print nothing, and fail if docs/reference/rights.md is not current")
    .action(async (options: { check?: boolean }) =>
      (await import("./commands/program/rights/rights.js")).rights(options),
    );
  withHelp(rights, { examples: ["-s rights > docs/reference/rights.md", "rights -- --check"] });

  const outdated = program
    .command("outdated")
    .description(
      "say which pinned versions are old or have published vulnerabilities, as the registries tell",
    )
    .action(async () => (await import("./commands/outdated/outdated.js")).outdated());
  withHelp(withJson(outdated), {
    notes:
      "Asks npm, pip, pip-audit, go, govulncheck and the image registries, as this machine reaches them. Questions\n" +
      "without an answer are listed. Installs pip-audit below node_modules the first time. Changes nothing else.",
    examples: ["outdated", "-s outdated -- --json"],
    exit: {
      0: "no known vulnerability, and every question was answered; there may be newer versions",
      1: "there is a published vulnerability",
      3: "no known vulnerability, but a question has no answer",
    },
  });

  const sbom = program
    .command("sbom")
    .description(
      "write what is in each image that the lab has built and uses (CycloneDX 1.6), and where it is from",
    )
    .argument("<folder>", "where the files go; created if missing", path)
    .option("--only <ids...>", "these students of a class alone")
    .action(async (folder: string, options: SbomOptions) =>
      (await import("./commands/sbom/sbom.js")).sbom(folder, options),
    );
  withHelp(withJson(sbom), {
    notes:
      "Reads the layers in the lab's registry and runs nothing of them: the packages of pip and of Debian, the labels, and\n" +
      "which image it was built on. A program that no package manager has installed is not listed. The same image gives\n" +
      "the same file. Where the lab has noted how an image was built, that is written beside it (SLSA provenance v1). It\n" +
      "is not signed, and what is not known is left out.",
    examples: ["sbom -- sboms", "sbom -- sboms --only alice", "-s sbom -- sboms --json"],
  });
}

/** A command whose arguments are another program's, its `--help` among them. */
const handOn = (program: Command, name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .argument("[arguments...]")
    .allowUnknownOption()
    .helpOption(false);
