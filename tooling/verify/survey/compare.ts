import { readFile, writeFile } from "node:fs/promises";
import { foundIn } from "../../engine/answer";
import { clusterConfig, requireAnswer } from "../../engine/cluster-access";
import { stackOutputs } from "../../engine/stack/stack";
import { stackName } from "../../engine/stack/stack-settings";
import { podAccess } from "../../live/addresses/port-forward";
import { reach } from "../../live/addresses/reach";
import { beforeStart, messageOf, NotStarted } from "../../support/errors";
import { tellData } from "../../support/output";
import type { LabOutputs } from "../../../stacks";
import { partsOf } from "../suite/lab-parts";
import { kindsText } from "../suite/report";
import { lossesBetween, type Survey, surveyOf } from "./survey";

/** Notes in a file what the lab holds, to be compared later. It has digests of secrets, and is for its owner alone. */
export async function remember(file: string): Promise<void> {
  const survey = await beforeStart(surveyOfLab);
  await writeFile(file, `${JSON.stringify(survey, null, 2)}\n`, { mode: 0o600 });
  tellData({ held: Object.keys(survey).length });
  console.log(`${countText(survey)} noted in ${file}`);
}

/** Says what of a file's notes the lab has lost. Exit code 1 if there is something. */
export async function compare(file: string): Promise<void> {
  const before = await beforeStart(() => surveyIn(file));
  const after = await beforeStart(surveyOfLab);
  const losses = lossesBetween(before, after);
  tellData({ held: Object.keys(before).length, losses });
  for (const loss of losses) console.log(`LOST  ${loss}`);
  console.log(
    `${countText(before)} before: ${losses.length === 0 ? "all as it was" : `${losses.length} not`}`,
  );
  if (losses.length > 0) process.exitCode = 1;
}

async function surveyIn(file: string): Promise<Survey> {
  try {
    const survey = JSON.parse(await readFile(file, "utf8")) as Survey;
    if (Object.keys(survey).length > 0) return survey;
  } catch (error) {
    throw new NotStarted(
      `${file} cannot be read: ${messageOf(error)}\n  remedy: npm run verify -- --remember ${file}, before the change`,
    );
  }
  throw new NotStarted(
    `${file} says nothing\n  remedy: npm run verify -- --remember ${file}, before the change`,
  );
}

/** What the stack's lab holds, which another version may have brought up: only the outputs that are used have to be there. */
async function surveyOfLab(): Promise<Survey> {
  const found = foundIn(await stackOutputs(), `the stack ${stackName}`);
  if (found === undefined) throw new Error(`there is no stack ${stackName}\n  remedy: npm run up`);
  const config = await clusterConfig();
  await requireAnswer(config);
  const { outputs, close } = await reach(
    found as unknown as LabOutputs,
    ["staging", "mlflow", "repository"],
    { access: () => Promise.resolve(podAccess(config)), notice: (line) => console.error(line) },
  );
  try {
    return await surveyOf(partsOf(outputs, config));
  } finally {
    await close();
  }
}

const countText = (survey: Survey): string => kindsText(Object.keys(survey));
