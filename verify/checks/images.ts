import { type Check, type CheckContext, expect, expectEqual } from "../check";
import { askRegistry, imageNameOf, registryPlace } from "../registry";
import { type Workflow, nameOf, nodesOf } from "../workflow";

const UNAUTHORIZED = 401;

/** Runs use the training image that the stack built, by its digest, and the registry has it. */
export const images: Check = {
  name: "images",
  title: "Pods train with the image that the stack built, by digest, and the registry has it",
  run: async (context) => {
    const { reference, digest } = context.lab.outputs.trainingImage;
    expect(/^sha256:[0-9a-f]{64}$/.test(digest) && reference.endsWith(`@${digest}`), {
      expected: "output trainingImage.reference ends with @ and trainingImage.digest",
      seen: `${reference}, ${digest}`,
    });
    await expectTemplates(context);
    const { run } = await context.lab.runs.refused(context);
    await expectPods(context, run);
    await expectRegistry(context);
  },
};

/** Every container of the templates. */
async function expectTemplates({ lab, see }: CheckContext): Promise<void> {
  const { workflowTemplates, trainingImage } = lab.outputs;
  for (const name of [workflowTemplates.train, workflowTemplates.build]) {
    const { spec } = await lab.argo.template(name);
    const containers = (spec.templates ?? []).filter((each) => each.container !== undefined);
    expect(containers.length > 0, {
      expected: `a container in WorkflowTemplate ${name}`,
      seen: "none",
    });
    for (const { name: template, container } of containers) {
      expectEqual(`image of ${name}/${template}`, container?.image, trainingImage.reference);
    }
    see(`${name}: ${containers.map((each) => each.name).join(", ")} by digest`);
  }
}

/** The pods of a run, as they were started. */
async function expectPods({ lab, see }: CheckContext, run: Workflow): Promise<void> {
  const { namespace, trainingImage, workflowTemplates } = lab.outputs;
  const { spec } = await lab.argo.template(workflowTemplates.train);
  const training = (spec.templates ?? []).filter((each) => each.container !== undefined);
  const nodes = nodesOf(run).filter((node) =>
    training.some((each) => node.type === "Pod" && each.name === node.templateName),
  );
  const labelSelector = `workflows.argoproj.io/workflow=${nameOf(run)}`;
  const pods = (await lab.cluster.core.listNamespacedPod({ namespace, labelSelector })).items;
  expect(nodes.length > 0, { expected: `pods of ${nameOf(run)} that train`, seen: "none" });
  for (const node of nodes) {
    const pod = pods.find(
      ({ metadata }) => metadata?.annotations?.["workflows.argoproj.io/node-id"] === node.id,
    );
    const name = pod?.metadata?.name ?? `of step ${node.displayName}`;
    const main = pod?.spec?.containers.find((each) => each.name === "main");
    expectEqual(`image of pod ${name}`, main?.image, trainingImage.reference);
    const id = pod?.status?.containerStatuses?.find((each) => each.name === "main")?.imageID;
    expect(id?.endsWith(trainingImage.digest) === true, {
      expected: `the node ran ${trainingImage.digest} in pod ${name}`,
      seen: id ?? "no image",
    });
    see(`pod ${name}: ${id}`);
  }
}

/** The registry answers, lists the image and has the manifest of that digest. */
async function expectRegistry({ lab, see, signal }: CheckContext): Promise<void> {
  const place = registryPlace(lab.outputs.registry);
  const { digest, reference } = lab.outputs.trainingImage;
  const repository = `${place.prefix}${imageNameOf(reference)}`;
  const { forPushing } = lab.outputs.registry;
  const base = await askRegistry(place, "/v2/", signal);
  if (base.status === UNAUTHORIZED && !place.local) {
    see(`${forPushing} answers and asks for credentials, which outputs do not have: not looked into`);
    return;
  }
  expectEqual(`status of /v2/ at ${forPushing}`, base.status, 200);
  if (place.local) {
    const list = (await (await askRegistry(place, "/v2/_catalog?n=1000", signal)).json()) as {
      repositories?: string[];
    };
    expect(list.repositories?.includes(repository) === true, {
      expected: `${repository} in the list of ${forPushing}`,
      seen: list.repositories?.join(", ") ?? "no list",
    });
    see(`${forPushing} lists ${list.repositories.join(", ")}`);
  }
  const manifest = await askRegistry(place, `/v2/${repository}/manifests/${digest}`, signal);
  expectEqual(`status of the manifest ${digest} at ${forPushing}`, manifest.status, 200);
  see(`${forPushing} has ${repository}@${digest}`);
}
