import { Command } from "commander";
import { classCommands } from "./class";
import { dataCommands } from "./data";
import { labCommands } from "./lab";
import { proofCommands } from "./proof";
import { toolCommands } from "./tools";

/** The command line. What a command does is loaded when it runs. */
export function gourmetgram(): Command {
  const program = new Command("gourmetgram")
    .description("Stands up, shows, proves and takes away the GourmetGram lab.")
    .showHelpAfterError("  remedy: npx gourmetgram --help lists the commands")
    .addHelpText(
      "after",
      `
Each command is an npm script too: npm run NAME -- [options], and npm run -s NAME -- --json for scripts.
GOURMETGRAM_STACK names the stack. Default: dev where Pulumi.dev.yaml names a cluster, else embedded.
GOURMETGRAM_LAB_HOME names the folder of what is built and kept. Default: ~/.cache/gourmetgram-lab.`,
    )
    .exitOverride();
  labCommands(program);
  dataCommands(program);
  classCommands(program);
  toolCommands(program);
  proofCommands(program);
  return program;
}
