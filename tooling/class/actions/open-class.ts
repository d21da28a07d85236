import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { checkout, logs, state } from "../../machine/paths";
import { NO_IMAGES, removeHostImages } from "../../cluster/images/host-images";
import { clusterConfig, requireAnswer } from "../../engine/cluster-access";
import { pulumiHome } from "../../engine/engine";
import { pulumiEnvironment } from "../../engine/stack/stack";
import { CLASS_TAG, clusterTags, locksFolder } from "../../engine/stack/state";
import { hasOwnCluster, stackFileText, stackName } from "../../engine/stack/stack-settings";
import { loadProgram } from "../../engine/program";
import { versions } from "../../machine/versions";
import { messageOf } from "../../support/errors";
import { unheardByChildren } from "../../support/interruption";
import { AutomationRunner } from "../runner/automation-runner";
import { classClusterOf, noCluster } from "../cluster/class-cluster";
import type { ClassCluster, ClassContext } from "../class-context";
import { ClassFiles } from "../runner/class-files";
import { classDisplayFor, silentClassDisplay } from "../view/class-display";
import { estimatedFootprint } from "../capacity/estimates";
import { clusterRegistry } from "../cluster/registry-repositories";
import type { Student } from "../roster/roster";

/** What the command line says about a class. */
export interface ClassRequest {
  readonly students: readonly Student[];
  readonly selected: readonly string[];
  readonly only: boolean;
  readonly parallel: number;
  /** Whether nothing but the result is to be printed. */
  readonly silent: boolean;
  readonly signal: AbortSignal;
}

/** The stack files of the class, whether or not there is an engine. */
export async function classFiles(students: readonly Student[]): Promise<ClassFiles> {
  return new ClassFiles(join(state, "class"), stackName, await stackFileText(), students);
}

/** The class of the stack that GOURMETGRAM_STACK names, with the engine that is installed. */
export async function openClass(request: ClassRequest): Promise<ClassContext> {
  const files = await classFiles(request.students);
  const environment = await environmentOfAll();
  const runner = new AutomationRunner({
    pulumi: await PulumiCommand.get({ root: join(pulumiHome, "versions", versions.pulumi) }),
    checkout,
    environment,
    files,
    tags: { ...clusterTags(), [CLASS_TAG]: stackName },
    program: () => runProgram(environment),
    logs,
    locks: locksFolder(),
    cluster: clusterConfig,
    signal: unheardByChildren,
  });
  return {
    name: stackName,
    ...request,
    files,
    runner,
    cluster: await openCluster(),
    registry: clusterRegistry,
    // Those of the embedded lab are its cache: the next one is up sooner.
    removeHostImages: hasOwnCluster() ? removeHostImages : () => Promise.resolve(NO_IMAGES),
    display: request.silent ? silentClassDisplay : classDisplayFor(process.stdout),
    estimate: estimatedFootprint,
  };
}

/** Runs the stack's program in this process. */
async function runProgram({
  KUBECONFIG,
}: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  // The program looks at the cluster that the engine works on, and finds it in the same place.
  if (KUBECONFIG !== undefined) process.env["KUBECONFIG"] = KUBECONFIG;
  // The SDK takes the stack of each resource, and looking them all up in source maps takes longer than the rest.
  process.setSourceMapsEnabled(false);
  return (await loadProgram())();
}

/** What all stacks have in common: not the file and the name of the class's own stack. */
async function environmentOfAll(): Promise<Record<string, string>> {
  const own = ["PULUMI_OPTION_CONFIG_FILE", "PULUMI_STACK"];
  const environment = Object.entries(await pulumiEnvironment());
  return Object.fromEntries(environment.filter(([name]) => !own.includes(name)));
}

async function openCluster(): Promise<ClassCluster> {
  try {
    return classClusterOf(await clusterConfig());
  } catch (error) {
    return noCluster(messageOf(error));
  }
}

/** @throws Error with a remedy if the class's cluster does not answer */
export async function requireCluster(): Promise<void> {
  await requireAnswer(await clusterConfig());
}
