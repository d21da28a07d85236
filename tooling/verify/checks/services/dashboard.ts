import { TRAINING_LABEL } from "../../../../components/argo";
import { MLFLOW_NAME } from "../../../../components/mlflow";
import type { LabOutputs, StudentOutputs } from "../../../../stacks";
import { tokenOf } from "../../../live/account-token";
import { type Family, familyOf } from "../../../live/workflows/family";
import { TITLE } from "../../../live/workflows/training";
import { nameOf, outputOf, type Workflow } from "../../../live/workflows/workflow";
import { accountsOf, studentOf } from "../../clients/access";
import { findChromium, withBrowser } from "../../clients/browser";
import { keep, waitForText } from "../../clients/browser-page";
import { DashboardPage } from "../../clients/dashboard-page";
import { type Check, type CheckContext } from "../../suite/check";
import { expect, expectEqual } from "../../suite/expect";
import { requireServing } from "../../runs/lessons";

/** Seconds that the token for the login holds. */
const TOKEN_LIFETIME = 3600;

/** Milliseconds for which a training may wait for another one to end. */
const TURN = 300_000;

/** Milliseconds in which a training has begun and its tests have printed their result. */
const TRAINING = 180_000;

/** The line that pytest prints of the test of a model; the source of a regular expression. */
const TEST_RESULT = String.raw`tests\/test_model_accuracy\.py::test_model_accuracy (PASSED|FAILED)`;

/** The clicks of the course, in a browser, with a student's token. */
export const dashboard: Check = {
  name: "dashboard",
  title:
    "On Argo's dashboard, a student submits a training, sees it run, and reads its log, events, output and version",
  run: async (context) => {
    const { lab, see } = context;
    const { outputs, cluster, runs } = lab;
    const delivered = await findDelivered(context);
    const student = studentOf(accountsOf(outputs.rights, outputs.namespace));
    const { token } = await tokenOf(cluster, student, TOKEN_LIFETIME);
    await withBrowser(await findChromium(context.progress), async (browser) => {
      const shown = await DashboardPage.open(browser, outputs.argoServerUrl, token);
      see(`${outputs.argoServerUrl}: logged in with a token of ${student.name}`);
      see(`${await shown.expectFiles()} files of it are served, each with its type`);
      const submitted = await submit(context, shown);
      await runs.adopt(submitted);
      try {
        await expectLog(context, shown, submitted);
      } finally {
        // What it would build is looked at in the other run.
        await runs.terminate(submitted, context);
      }
      await expectSchedule(context, shown);
      await expectTitle(context, shown, delivered.run);
      const version = await expectOutput(context, shown, delivered.run);
      await expectLinks(context, shown, delivered, version);
      shown.expectNothingWrong();
      see("no error, no refusal and no violation of the content security policy on any of these pages");
    });
  },
};

/** A training whose build has come to its end: one that is there, or a normal run. */
async function findDelivered(context: CheckContext): Promise<Family> {
  const { argo, runs } = context.lab;
  const all = await argo.workflows();
  const hasSucceeded = (run: Workflow): boolean => run.status?.phase === "Succeeded";
  const found = all
    .filter(hasSucceeded)
    .sort((a, b) => createdAt(b) - createdAt(a))
    .map((run) => familyOf(nameOf(run), all))
    .find((family) => family?.children.some(hasSucceeded));
  return found ?? runs.once("normal", context);
}

const createdAt = ({ metadata }: Workflow): number => new Date(metadata.creationTimestamp ?? 0).getTime();

/**
 * Submits the training template without a look at its parameters.
 *
 * @returns the name of the run
 */
async function submit(context: CheckContext, shown: DashboardPage): Promise<string> {
  const { namespace, workflowTemplates } = context.lab.outputs;
  const { train, build } = workflowTemplates;
  await shown.menu("Workflow Templates");
  await shown.waitForText(train, build);
  await keep(context, shown.page, "argo-templates");
  await shown.follow(`/workflow-templates/${namespace}/${train}`);
  await shown.click("Submit", ".top-bar");
  await shown.waitForText("scenario", "simulated-accuracy");
  await keep(context, shown.page, "argo-submit", ".sliding-panel__wrapper");
  await shown.click("Submit", ".sliding-panel");
  const path = `/workflows/${namespace}/${train}-`;
  await shown.wait(`location.pathname.startsWith(${JSON.stringify(path)})`, `a run of ${train}`);
  const name = new URL(shown.page.url()).pathname.split("/").at(-1) ?? "";
  context.see(`${name}: submitted without parameters`);
  return name;
}

/**
 * Sees the graph grow to the training, also after a look at the list of runs, finds the result of its tests in its log,
 * and what became of its pod in its events.
 */
async function expectLog(context: CheckContext, shown: DashboardPage, run: string): Promise<void> {
  await shown.waitForGraph(TURN);
  const first = (await shown.nodes()).length;
  await shown.menu("Workflows");
  await shown.follow(`/workflows/${context.lab.outputs.namespace}/${run}`);
  // The step, and its first attempt.
  await shown.clickNode("run-training(0)", ["Running", "Succeeded"], TRAINING);
  const grown = (await shown.nodes()).length;
  expect(grown > first, { expected: `more than the first ${first} nodes in the graph`, seen: String(grown) });
  context.see(`${run}: its graph grew from ${first} to ${grown} nodes`);
  await keep(context, shown.page, "argo-graph");
  await shown.click("Logs", ".workflow-node-info");
  const result = await shown.waitForLog(TEST_RESULT, String.raw`\d+ (passed|failed)`, TRAINING);
  context.see(`the log of run-training tells: ${result}`);
  await shown.click("Events", ".workflow-node-info");
  await shown.waitForText(`Pod/${run}-`);
  context.see("the events of its pod are shown");
}

async function expectSchedule(context: CheckContext, shown: DashboardPage): Promise<void> {
  const { namespace, schedule } = context.lab.outputs;
  await shown.menu("Cron Workflows");
  await shown.waitForText("Scheduled training");
  await keep(context, shown.page, "argo-schedule");
  await shown.follow(`/cron-workflows/${namespace}/${schedule.name}`);
  await shown.waitForText(schedule.name);
  await shown.menu("Workflow Event Bindings");
  await shown.waitForText("WORKFLOW EVENT BINDINGS");
  context.see(`the schedule ${schedule.name} and the event bindings are shown`);
}

/** The list of runs has the title of one, where it was given one. */
async function expectTitle(context: CheckContext, shown: DashboardPage, run: Workflow): Promise<void> {
  const title = run.metadata.annotations?.[TITLE];
  if (title === undefined) {
    context.see(`${nameOf(run)} has no title`);
    return;
  }
  // Alone with its build: the list shows 50 runs.
  const label = encodeURIComponent(`${TRAINING_LABEL}=${nameOf(run)}`);
  await shown.show(`workflows/${context.lab.outputs.namespace}?label=${label}`);
  await shown.waitForText(title);
  context.see(`${nameOf(run)}: its title in the list is "${title}"`);
}

/**
 * Reads the version from the outputs of a training that has ended.
 *
 * @returns the version
 */
async function expectOutput(context: CheckContext, shown: DashboardPage, run: Workflow): Promise<string> {
  const { namespace } = context.lab.outputs;
  const version = outputOf(run, "run-training", "model-version") ?? "";
  await shown.show(`workflows/${namespace}/${nameOf(run)}`);
  await shown.clickNode("run-training(0)");
  await shown.clickTab("Inputs/Outputs");
  await shown.waitForValue("model-version", version);
  await keep(context, shown.page, "argo-outputs");
  context.see(`${nameOf(run)}: its output model-version is ${version}`);
  return version;
}

/** Follows the links between the training and its build, and from both to what they have made. */
async function expectLinks(
  context: CheckContext,
  shown: DashboardPage,
  { run, children }: Family,
  version: string,
): Promise<void> {
  const { namespace, registeredModel, mlflowExternalUrl, staging } = context.lab.outputs;
  const build = children[0];
  expect(build !== undefined, { expected: "a build of the training", seen: "none" });
  const [training, itsBuild] = [nameOf(run), nameOf(build)];
  const served = String((await requireServing(context)).stagingAlias);
  const links = await shown.links();
  const required = await linksOf(context);
  const follow = async (from: string, link: string, to: string, words: readonly string[]): Promise<void> => {
    const url = links.get(link);
    if (url?.startsWith(to) !== true) {
      const seen = `${link} does not lead to ${to}: ${url ?? "no such link"}`;
      expect(!required.includes(link), { expected: `a link ${link} to ${to}`, seen });
      context.see(seen);
      return;
    }
    await shown.show(`workflows/${namespace}/${from}`);
    await shown.waitForGraph();
    const address = await shown.clickLink(link);
    await waitForText(shown.page, words, `${words.join(", ")} by the link ${link} of ${from}, ${address}`);
    context.see(`${from}: ${link} leads to ${address}`);
  };
  expectEqual("links of a run's page", required.filter((each) => !links.has(each)).join(", "), "");
  await follow(training, "Build", "/", [itsBuild]);
  await follow(itsBuild, "Training", "/", [training]);
  for (const from of [training, itsBuild]) {
    await follow(from, "Model", mlflowExternalUrl, [registeredModel.name, `Version ${version}`]);
    await follow(from, "Staging", staging.externalUrl, [`Model version ${served}`]);
  }
}

/** The links that the lab's settings of Argo give every run's page, and that lead somewhere from here. */
async function linksOf({ lab }: CheckContext): Promise<readonly string[]> {
  const { outputs, outputsText, cluster } = lab;
  // Argo may have been there before the lab.
  const labelSelector = "app.kubernetes.io/name=argo-server,app.kubernetes.io/part-of=gourmetgram";
  const { items } = await cluster.apps.listDeploymentForAllNamespaces({ labelSelector });
  if (items.length === 0) return [];
  const told = JSON.parse(outputsText) as LabOutputs & Partial<StudentOutputs>;
  const runs = ["Build", "Training"];
  // A student's pages have other addresses on each student's machine.
  if (told.studentAccessExpires !== undefined) return runs;
  const { namespace } = outputs;
  const mlflow = await cluster.core.readNamespacedService({ name: MLFLOW_NAME, namespace });
  const hasAddress = mlflow.spec?.type === "NodePort" && told.mlflowExternalUrl === outputs.mlflowExternalUrl;
  const isDirect = told.staging.externalUrl === outputs.staging.externalUrl;
  return [...runs, ...(hasAddress ? ["Model"] : []), ...(isDirect ? ["Staging"] : [])];
}
