/**
 * How the person who reads a remedy runs Pulumi on this stack: its state and its cluster depend on that.
 *
 * @default `pulumi`; commands that start the program in another way set the variable GOURMETGRAM_PULUMI.
 */
export function pulumiCommand(): string {
  return process.env["GOURMETGRAM_PULUMI"] ?? "pulumi";
}

/** The command that sets a key of the project. */
export function setCommand(key: string, value: string): string {
  return `${pulumiCommand()} config set gourmetgram:${key} ${value}`;
}
