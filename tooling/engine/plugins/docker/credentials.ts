import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { credentialsKey } from "./image-name";

/** How to sign in to a registry. */
export interface Credentials {
  /** Host of the registry, with its port if it has one; an address is taken as well. */
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

type DockerConfig = {
  auths?: Record<string, { auth: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
} & Record<string, unknown>;

/**
 * Lets `use` run Docker commands as the user of the registry.
 *
 * Docker takes credentials from its configuration only, and a password on a command line could be seen by everyone
 * on the machine. So the user's own configuration is extended in a folder that only this user may read, and that is
 * gone when `use` ends, also if the plugin is ended before.
 *
 * @param credentials none for those that the user is signed in with
 */
export async function withCredentials<T>(
  credentials: Credentials | undefined,
  use: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  if (credentials === undefined) {
    return use({});
  }
  const folder = mkdtempSync(join(tmpdir(), "gourmetgram-docker-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    await writeConfig(folder, credentials);
    return await use({ DOCKER_CONFIG: folder });
  } finally {
    process.off("exit", remove);
    remove();
  }
}

async function writeConfig(folder: string, { server, username, password }: Credentials): Promise<void> {
  const own = process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  const entries: string[] = await readdir(own).catch(() => []);
  const file = "config.json";
  const text = entries.includes(file) ? await readFile(join(own, file), "utf8") : "{}";
  const { credsStore, credHelpers, auths = {}, ...config } = JSON.parse(text) as DockerConfig;
  const key = credentialsKey(server);
  // A helper would win over the password that is written here, so there must be none for this registry; the
  // others keep theirs.
  const stored =
    credsStore === undefined ? [] : Object.keys(auths).map((host) => [host, credsStore] as const);
  const helpers = new Map([...stored, ...Object.entries(credHelpers ?? {})]);
  helpers.delete(key);
  const extended: DockerConfig = {
    ...config,
    credHelpers: Object.fromEntries(helpers),
    auths: { ...auths, [key]: { auth: Buffer.from(`${username}:${password}`).toString("base64") } },
  };
  await writeFile(join(folder, file), JSON.stringify(extended), { mode: 0o600 });
  // Contexts and plugins of the command line, such as buildx, are found beside the file.
  for (const entry of entries.filter((name) => name !== file)) {
    await symlink(join(own, entry), join(folder, entry));
  }
}
