import { randomBytes } from "node:crypto";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { parseDocument } from "yaml";
import { checkout } from "../machine/paths";
import { withTemporaryFolder } from "../support/interruption";
import { hasSecrets } from "./stack/encryption";
import { stackFile, stackFileText, stackName } from "./stack/stack-settings";
import { engineEnvironment, engineProgram } from "./engine";
import { pulumiEnvironment, stackExists } from "./stack/stack";
import { backendUrl } from "./stack/state";

export interface PreviewPlace {
  /** What Pulumi finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether there is a stack to compare with. */
  readonly hasStack: boolean;
}

/** Works with the stack as it is, or with one in a temporary folder that is made for this preview where there is none. */
export async function inPreviewPlace<T>(work: (place: PreviewPlace) => Promise<T>): Promise<T> {
  if (await stackExists()) return work({ environment: await pulumiEnvironment(), hasStack: true });
  return withTemporaryFolder("preview", async (folder) =>
    work({ environment: await temporaryStack(folder), hasStack: false }),
  );
}

/** Makes the stack in a folder, with the settings that the checkout has for it and no way to any cluster. */
async function temporaryStack(folder: string): Promise<Record<string, string>> {
  const settings = await stackFileText();
  const given = process.env["PULUMI_CONFIG_PASSPHRASE"];
  // A CI service hands a secret that it does not have over as an empty text.
  const passphrase = given === "" ? undefined : given;
  if (passphrase === undefined && hasSecrets(settings)) {
    throw new Error(
      `${basename(stackFile)} holds encrypted settings, which take a passphrase to read\n` +
        "  remedy: set PULUMI_CONFIG_PASSPHRASE to the passphrase that they were encrypted with",
    );
  }
  const file = join(folder, basename(stackFile));
  await writeFile(file, withoutCluster(settings), { mode: 0o600 });
  await copyFile(join(checkout, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  await mkdir(join(folder, "state"));
  const environment = {
    ...engineEnvironment,
    PULUMI_BACKEND_URL: backendUrl(join(folder, "state")),
    PULUMI_CONFIG_PASSPHRASE: passphrase ?? randomBytes(24).toString("base64url"),
    PULUMI_OPTION_CONFIG_FILE: file,
    PULUMI_STACK: stackName,
    // The provider takes a cluster that it cannot reach for one that has none of the resources yet.
    KUBECONFIG: join(folder, "no-cluster"),
  };
  // In that folder, because Pulumi writes a salt into the stack's file that lies beside the project's.
  const made = await execa(engineProgram, ["stack", "init", stackName], {
    cwd: folder,
    env: environment,
    reject: false,
    stdin: "ignore",
  });
  if (made.failed) throw new Error(`the stack for the preview could not be made:\n${made.stderr}`);
  return environment;
}

/** A stack's file without the settings that name a cluster. */
function withoutCluster(settings: string): string {
  const document = parseDocument(settings);
  for (const key of ["kubernetes:context", "kubernetes:kubeconfig", "kubernetes:cluster"]) {
    if (document.hasIn(["config", key])) document.deleteIn(["config", key]);
  }
  return document.toString();
}
