import { execa } from "execa";
import { dockerSocket } from "../paths";
import { ask, run, type Report } from "../run";

/** Docker's client from Debian's package, by path: another one may come first on the PATH. */
const client = "/usr/bin/docker";

/** What makes a Docker client talk to the lab's daemon. The lab's Docker is too old to have BuildKit of its own. */
export const dockerEnvironment = (): Record<string, string> => ({
  DOCKER_HOST: `unix://${dockerSocket}`,
  DOCKER_BUILDKIT: "0",
  GOURMETGRAM_DOCKER: client,
});

export interface DockerOptions {
  log: string;
  report?: Report;
  cwd?: string;
}

/** Runs a Docker command against the lab's daemon. */
export const docker = (args: string[], options: DockerOptions): Promise<string> =>
  run(client, args, { ...options, env: dockerEnvironment() });

/** What Docker answers to a question; undefined if it fails. */
export const askDocker = (args: string[]): Promise<string | undefined> =>
  ask(client, args, dockerEnvironment());

/**
 * Asks the Docker daemon that the user's own client reaches, which builds the images of a stack with a cluster of its
 * own.
 *
 * @throws Error if there is no client or no daemon; nothing has been changed then
 */
export async function requireDocker(): Promise<void> {
  const { failed, code, stderr } = await execa("docker", ["version", "--format", "json"], {
    reject: false,
    stdin: "ignore",
  });
  if (!failed) return;
  const reason =
    code === "ENOENT" ? "there is no docker command" : (stderr.trim().split("\n").at(-1) ?? "it failed");
  throw new Error(
    `the stack's images cannot be built: no Docker daemon answers (${reason})\n` +
      "  remedy: start one, or point DOCKER_HOST at one; docker version has to show a server",
  );
}
