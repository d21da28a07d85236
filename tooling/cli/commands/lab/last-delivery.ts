import type { LabOutputs } from "../../../../stacks";
import { answeringCluster } from "../../../engine/cluster-access";
import { findOutputs } from "../../../engine/stack/live-lab";
import { type Cluster, clusterOf } from "../../../live/api-clients";
import type { Delivery } from "../../../live/delivery/delivery";
import { textOfDelivery } from "../../../live/delivery/delivery-text";
import { findDelivery } from "../../../live/delivery/find-delivery";
import { once, openSources } from "../../../live/delivery/sources";
import { answersAt } from "../../../live/addresses/reach";
import type { Family } from "../../../live/workflows/family";
import { tellData } from "../../../support/output";

/** Shows the last delivery. Exit code 1 if a part of the lab did not answer. */
export async function lastDelivery(): Promise<void> {
  const { outputs } = await findOutputs();
  const cluster = once(async () => clusterOf(await answeringCluster()));
  const { delivery, text } = await lookUp(outputs, cluster);
  if (delivery.unanswered.length > 0) process.exitCode = 1;
  tellData(delivery);
  console.log(text);
}

/**
 * Looks up a delivery, and writes it for a person.
 *
 * @param of The run whose delivery it is. @default the last one
 */
export async function lookUp(
  outputs: LabOutputs,
  cluster: () => Promise<Cluster>,
  of?: Family,
): Promise<{ readonly delivery: Delivery; readonly text: string }> {
  const sources = openSources(outputs, cluster);
  try {
    const [delivery, silent] = await Promise.all([findDelivery(sources, outputs, of), silentOf(outputs)]);
    const { isTTY, columns } = process.stdout;
    const width = isTTY ? columns : undefined;
    const shown = addressesIn(delivery);
    const text = textOfDelivery(delivery, {
      model: outputs.registeredModel,
      width,
      silent: silent.filter((address) => shown.some((each) => each.startsWith(address))),
    });
    return { delivery, text };
  } finally {
    await sources.close();
  }
}

/** The pages that do not answer from this machine. */
async function silentOf({ argoServerUrl, mlflowExternalUrl, staging }: LabOutputs): Promise<string[]> {
  const pages = [argoServerUrl, mlflowExternalUrl, staging.externalUrl];
  const answers = await Promise.all(pages.map(answersAt));
  return pages.filter((_, index) => answers[index] !== true);
}

const addressesIn = ({ run, model, staging }: Delivery): string[] => [
  ...(run?.url == null ? [] : [run.url]),
  ...(model === null ? [] : [model.url]),
  // Where nothing serves, it is no wonder that nothing answers.
  ...(staging.serves === null ? [] : [staging.url]),
];
