import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { checkout, logs, state } from "../../machine/paths";
import { NO_IMAGES, removeHostImages } from "../../cluster/images/host-images";
import { clusterConfig } from "../../engine/cluster-access";
import { pulumiHome } from "../../engine/engine";
import { pulumiEnvironment } from "../../engine/stack/stack";
import { CLASS_TAG, clusterTags, locksFolder } from "../../engine/stack/state";
import { hasOwnCluster, stackFileText, stackName } from "../../engine/stack/stack-settings";
import { loadProgram } from "../../engine/program";
import { versions } from "../../machine/versions";
import { unheardByChildren } from "../../support/interruption";
import { AutomationRunner } from "../runner/automation-runner";
import { classClusterOf } from "../cluster/class-cluster";
import type { ClassContext, ClassRequest } from "../class-context";
import { ClassFiles } from "../runner/class-files";
import { classDisplayFor, silentClassDisplay } from "../view/class-display";
import { clusterRegistry } from "../cluster/registry-repositories";

/**
 * The class of the stack that GOURMETGRAM_STACK names, with the engine that is installed.
 *
 * @param request.silent Whether nothing but the result is to be printed.
 */
export async function openClass({
  silent,
  ...request
}: ClassRequest & { readonly silent: boolean }): Promise<ClassContext> {
  const files = new ClassFiles(join(state, "class"), stackName, await stackFileText(), request.students);
  const environment = await environmentOfAll();
  // Brings the stacks' components, and with them Pulumi's SDKs, which a class that is refused does without.
  const { estimatedFootprint } = await import("../capacity/estimates.js");
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
    cluster: classClusterOf(clusterConfig()),
    registry: clusterRegistry,
    // Those of the embedded lab are its cache: the next one is up sooner.
    removeHostImages: hasOwnCluster() ? removeHostImages : () => Promise.resolve(NO_IMAGES),
    display: silent ? silentClassDisplay : classDisplayFor(process.stdout),
    estimate: estimatedFootprint,
  };
}

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
