import { Command, Option } from "commander";
import { auditMachine } from "./commands/audit";
import { doctor } from "./commands/doctor";
import { down } from "./commands/down";
import { openCommand } from "./commands/open";
import { preview } from "./commands/preview";
import { passThrough } from "./commands/pulumi";
import { render } from "./commands/render";
import { status } from "./commands/status";
import { runTool } from "./commands/tools";
import { trainCommand } from "./commands/train";
import { up } from "./commands/up";

const program = new Command("lab")
  .description("Stands up, shows and takes away the GourmetGram lab.")
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError("(run with --help for the commands and their options)");

const online = (): Option =>
  new Option("--online", "pull images and download the engine, without asking whether that works").conflicts(
    "offline",
  );
const offline = (): Option =>
  new Option("--offline", "build images and the engine here, from package registries alone");

program
  .command("up")
  .description("stand up the lab: on the embedded cluster unless the stack names a cluster of its own")
  .option("--dry-run", "say what would be done, and change nothing")
  .option("--expect-no-changes", "fail if the stack would have to be changed")
  .option("--cluster-only", "stop before the stack: prepare the engine and the cluster")
  .addOption(online())
  .addOption(offline())
  .action(up);

program
  .command("down")
  .description("destroy the stack and the embedded cluster; the cache of built programs stays")
  .option("--dry-run", "say what would be removed, and change nothing")
  .option(
    "--force",
    "also delete what others have on it: a class on the embedded cluster, workflows outside of the stack",
  )
  .action(down);

program
  .command("status")
  .description("show what runs and where it is reached")
  .option("--json", "for scripts")
  .action(status);

program
  .command("doctor")
  .description("check that this machine can hold the lab; changes nothing")
  .option("--json", "for scripts")
  .addOption(online())
  .addOption(offline())
  .action(doctor);

program
  .command("audit")
  .description("list what the embedded lab has in Docker and outside its cache; fails if anything is left")
  .option("--json", "for scripts")
  .action(auditMachine);

trainCommand(program.command("train"));
openCommand(program.command("open"));

for (const [name, what] of [
  ["kubectl", "run kubectl on the lab's cluster: npm run kubectl -- get pods -A"],
  ["argo", "run Argo's command line on the lab's cluster: npm run argo -- list -n gourmetgram-platform"],
] as const) {
  program
    .command(name)
    .description(what)
    .argument("[arguments...]")
    .allowUnknownOption()
    .helpOption(false)
    .action((args: string[]) => runTool(name, args));
}

program
  .command("preview")
  .description("show what up would change, and hold it to the policies; needs no cluster and no stack")
  .argument("[arguments...]", "for pulumi preview, for example --diff or --json")
  .allowUnknownOption()
  .action(preview);

program
  .command("render")
  .description("write the stack's manifests, without Secrets, in the order in which they are applied")
  .argument("<folder>", "a new or empty folder, or one that an earlier render wrote")
  .action((folder: string) => render(folder));

program
  .command("pulumi")
  .description("run Pulumi on the lab's stack: npm run pulumi -- preview")
  .argument("[arguments...]")
  .allowUnknownOption()
  .helpOption(false)
  .action(passThrough);

program.parseAsync().catch((error: unknown) => {
  console.error(`\nerror: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
