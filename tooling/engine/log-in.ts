import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a person's stacks are kept, as Pulumi's own log-in says. */
export interface LogIn {
  /** Address of the backend, such as `https://api.pulumi.com` or `s3://bucket`. */
  readonly backend: string;
  /** Folder of the file with the log-in; undefined where a token in the environment is the log-in. */
  readonly folder: string | undefined;
}

/** Backend of a token for which nobody names another one. */
const CLOUD = "https://api.pulumi.com";

/**
 * The log-in that `pulumi login` has left, or that the environment names; undefined if there is none.
 *
 * The lab's engine has a home of its own, so Pulumi would not find it by itself.
 */
export function pulumiLogIn(environment: Environment = process.env, home = homedir()): LogIn | undefined {
  const token = environment["PULUMI_ACCESS_TOKEN"];
  if (token !== undefined && token !== "") {
    return { backend: environment["PULUMI_API"] ?? CLOUD, folder: undefined };
  }
  const folder =
    environment["PULUMI_CREDENTIALS_PATH"] ?? environment["PULUMI_HOME"] ?? join(home, ".pulumi");
  const backend = currentBackend(join(folder, "credentials.json"));
  return backend === undefined ? undefined : { backend, folder };
}

function currentBackend(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { current } = JSON.parse(readFileSync(file, "utf8")) as { current?: unknown };
    return typeof current === "string" && current !== "" ? current : undefined;
  } catch {
    throw new Error(`${file} is not readable\n  remedy: pulumi logout --all, then pulumi login`);
  }
}
