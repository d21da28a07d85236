import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { cancellation } from "../shared/lifecycle";

/** How many lines of a failed command are worth showing. */
const shownLines = 25;

/** How a Docker command is run. */
export interface DockerOptions {
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with every line that the command prints. */
  readonly onLine?: (line: string) => void;
}

/** A Docker command that ended with an error, or did not start. */
export class DockerError extends Error {
  /** @param output what the command printed, the end of it */
  constructor(
    message: string,
    readonly output: string,
  ) {
    super(output === "" ? message : `${message}\n${output}`);
    this.name = "DockerError";
  }
}

/**
 * Runs the Docker command line, `docker` or what GOURMETGRAM_DOCKER names, with the daemon of DOCKER_HOST.
 *
 * @returns what it wrote to its standard output
 * @throws DockerError with the last lines of its output
 */
export async function runDocker(args: readonly string[], options: DockerOptions = {}): Promise<string> {
  const binary = process.env.GOURMETGRAM_DOCKER ?? "docker";
  const child = spawn(binary, args, {
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    signal: cancellation,
  });
  const stdout: string[] = [];
  const last: string[] = [];
  const hear = (line: string) => {
    if (line.trim() !== "") {
      last.push(line);
      last.splice(0, last.length - shownLines);
      options.onLine?.(line);
    }
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    stdout.push(line);
    hear(line);
  });
  createInterface({ input: child.stderr }).on("line", hear);

  const what = `docker ${args[0] ?? ""}`;
  const outcome = await new Promise<number | string | Error>((done) => {
    child.once("error", done).once("close", (code, signal) => done(code ?? signal ?? "an unknown cause"));
  });
  if (cancellation.aborted) {
    throw new DockerError(`${what} was cancelled`, "");
  }
  if (outcome instanceof Error) {
    throw new DockerError(
      `the command ${binary} cannot be run (${outcome.message}); ` +
        "install the Docker command line, or name it in GOURMETGRAM_DOCKER",
      "",
    );
  }
  if (outcome !== 0) {
    throw new DockerError(`${what} ended with ${outcome}`, last.join("\n"));
  }
  return stdout.join("\n");
}

/**
 * Asks the daemon for a sign of life.
 *
 * @throws DockerError if there is none
 */
export async function requireDaemon(): Promise<void> {
  try {
    await runDocker(["ps", "--quiet"]);
  } catch (error) {
    if (!(error instanceof DockerError) || error.output === "") {
      throw error;
    }
    const address = process.env.DOCKER_HOST ?? "Docker's default address";
    throw new DockerError(
      `no Docker daemon answers at ${address}; start it, or set DOCKER_HOST to the one to build with`,
      error.output.split("\n").at(-1) ?? "",
    );
  }
}
