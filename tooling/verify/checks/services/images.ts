import { type Check, type CheckContext } from "../../suite/check";
import { expect, expectEqual } from "../../suite/expect";
import {
  asksForCredentials,
  askRegistry,
  digestOf,
  registryPlace,
  repositoryOf,
} from "../../clients/registry";
import { podsByNode } from "../../../live/runs/logs";
import { type Workflow, nameOf, nodesOf } from "../../../live/workflows/workflow";

/** Runs use the images that the stack built, by their digests, and the registry has them. */
export const images: Check = {
  name: "images",
  title: "Pods train and build with the images that the stack built, by digest, and the registry has them",
  run: async (context) => {
    const { reference, digest } = context.lab.outputs.trainingImage;
    expect(/^sha256:[0-9a-f]{64}$/.test(digest) && reference.endsWith(`@${digest}`), {
      expected: "output trainingImage.reference ends with @ and trainingImage.digest",
      seen: `${reference}, ${digest}`,
    });
    const pipeline = await expectTemplates(context);
    const { run } = await context.lab.runs.once("failed-accuracy", context);
    await expectPods(context, run, pipeline);
    for (const image of [reference, pipeline]) await expectInRegistry(context, image);
  },
};

/** Whether a template names its image; that of the training is the one that the step before it tells. */
const isNamed = (image: string | undefined): boolean => /@sha256:[0-9a-f]{64}$/.test(image ?? "");

/**
 * Every container of the templates: all steps share one image, but the training itself.
 *
 * @returns the image of the steps
 */
async function expectTemplates({ lab, see }: CheckContext): Promise<string> {
  const { workflowTemplates } = lab.outputs;
  const imagesOf = async (name: string): Promise<string[]> => {
    const { spec } = await lab.argo.template(name);
    const found = (spec.templates ?? []).flatMap(({ container }) => container?.image ?? []);
    expect(found.length > 0, { expected: `a container in WorkflowTemplate ${name}`, seen: "none" });
    return [...new Set(found)];
  };
  const building = await imagesOf(workflowTemplates.build);
  const [pipeline = ""] = building;
  expect(building.length === 1 && isNamed(pipeline), {
    expected: `one image in all steps of ${workflowTemplates.build}, by digest`,
    seen: building.join(", "),
  });
  const training = await imagesOf(workflowTemplates.train);
  expectEqual(`images of ${workflowTemplates.train}`, training.filter(isNamed).join(", "), pipeline);
  see(`${workflowTemplates.train} and ${workflowTemplates.build}: by digest`);
  return pipeline;
}

/** The pods of a run, as they were started. */
async function expectPods({ lab, see }: CheckContext, run: Workflow, pipeline: string): Promise<void> {
  const { namespace, trainingImage, workflowTemplates } = lab.outputs;
  const { spec } = await lab.argo.template(workflowTemplates.train);
  const images = new Map(
    (spec.templates ?? []).flatMap(({ name, container }) =>
      container === undefined
        ? []
        : [[name, isNamed(container.image) ? pipeline : trainingImage.reference] as const],
    ),
  );
  const nodes = nodesOf(run).filter((node) => node.type === "Pod" && images.has(node.templateName ?? ""));
  const pods = await podsByNode(lab.cluster.core, namespace, nameOf(run));
  expect(nodes.length > 0, { expected: `pods of ${nameOf(run)} that train`, seen: "none" });
  for (const node of nodes) {
    const image = images.get(node.templateName ?? "") ?? "";
    const pod = pods.get(node.id);
    const name = pod?.metadata?.name ?? `of step ${node.displayName}`;
    const main = pod?.spec?.containers.find((each) => each.name === "main");
    expectEqual(`image of pod ${name}`, main?.image, image);
    const id = pod?.status?.containerStatuses?.find((each) => each.name === "main")?.imageID;
    expect(id?.endsWith(digestOf(image)) === true, {
      expected: `the node ran ${digestOf(image)} in pod ${name}`,
      seen: id ?? "no image",
    });
    see(`pod ${name}: ${id}`);
  }
}

/** The registry answers, lists the image and has the manifest of its digest. */
async function expectInRegistry({ lab, see, signal }: CheckContext, reference: string): Promise<void> {
  const place = registryPlace(lab.outputs.registry);
  const digest = digestOf(reference);
  const repository = repositoryOf(place, reference);
  const { forPushing } = lab.outputs.registry;
  if (await asksForCredentials(place, signal)) {
    see(`${forPushing} answers and asks for credentials, which outputs do not have: not looked into`);
    return;
  }
  if (place.local) {
    const list = (await (await askRegistry(place, "/v2/_catalog?n=1000", signal)).json()) as {
      repositories?: string[];
    };
    expect(list.repositories?.includes(repository) === true, {
      expected: `${repository} in the list of ${forPushing}`,
      seen: list.repositories?.join(", ") ?? "no list",
    });
  }
  const manifest = await askRegistry(place, `/v2/${repository}/manifests/${digest}`, signal);
  expectEqual(`status of the manifest ${digest} at ${forPushing}`, manifest.status, 200);
  see(`${forPushing} has ${repository}@${digest}`);
}
