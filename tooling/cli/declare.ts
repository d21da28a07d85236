import type { Command } from "commander";

/** What every command's exit code means, unless it says otherwise. */
const EXIT = {
  0: "done",
  1: "failed",
  2: "not started: wrong option or input; nothing was changed",
  "130, 143": "ended by Ctrl+C, by SIGTERM",
} as const;

/** What `--help` says below the options. */
export interface Help {
  /** What one has to know, in whole sentences. */
  readonly notes?: string;
  /** Command lines without the program's name. */
  readonly examples: readonly string[];
  /** What exit codes mean here, beside what they mean everywhere. */
  readonly exit?: Readonly<Partial<Record<number, string>>>;
}

/** How a person runs the command: `npm run class -- up`. */
export function npmCommand(command: Command): string {
  const names = [];
  for (let each: Command | null = command; each?.parent != null; each = each.parent)
    names.unshift(each.name());
  const [script = "", ...rest] = names;
  return ["npm run", script, "--", ...rest].join(" ");
}

/** Adds notes, examples and exit codes to a command's help, in this order for all commands. */
export function withHelp(command: Command, { notes, examples, exit = {} }: Help): Command {
  const codes = Object.entries({ ...EXIT, ...exit });
  const parts = [
    ...(notes === undefined ? [] : [notes]),
    `Examples:\n${examples.map((example) => `  npm run ${example}`).join("\n")}`,
    `Exit codes:\n${codes.map(([code, text]) => `  ${code.padEnd(9)} ${text}`).join("\n")}`,
  ];
  command.showHelpAfterError(`  remedy: ${npmCommand(command)} --help lists the options`);
  return command.addHelpText("after", `\n${parts.join("\n\n")}`);
}

/** Declares that the command can print one JSON document; see {@link Envelope}. */
export const withJson = (command: Command): Command =>
  command.option(
    "--json",
    "print one JSON document for scripts (npm run -s), and the rest on standard error",
  );
