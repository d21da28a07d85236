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
