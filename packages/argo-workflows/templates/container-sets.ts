import { compact } from "../manifests/compact";
import { type ContainerSpec, renderContainer } from "./containers";
import type { ContainerOutputs } from "../values/outputs";
import type { Inputs, None, References } from "../values/parameters";
import type { RenderContext } from "../values/references";
import type { ContainerSetManifest, TemplateManifest } from "../manifests/template-manifests";
import { type PodTemplateOptions, type Template, podTemplate } from "./templates";
import { type Volume, renderMounts } from "../values/volumes";

/** The container whose files are the template's outputs, and which gets its input artifacts. */
export const MAIN = "main";

/** Names of the containers that Argo adds to the pod. */
const ARGOS_OWN: readonly string[] = ["init", "wait"];

/** A container of a set that has been added. */
export class SetContainer {
  constructor(
    readonly name: string,
    readonly container: ContainerSpec,
    readonly after: readonly SetContainer[],
  ) {}
}

export interface SetContainerOptions {
  /** The containers that must have succeeded before its program starts. @default it starts at once */
  readonly after?: readonly SetContainer[];
}

/** Collects the containers of a set. As one can only wait for one that is there already, there is no cycle. */
export class ContainerSet {
  private readonly added: SetContainer[] = [];

  constructor(private readonly template: string) {}

  /** The containers so far. */
  get all(): readonly SetContainer[] {
    return this.added;
  }

  /**
   * Adds a container.
   *
   * @param name Unique in this template. {@link MAIN} is the one that yields the outputs.
   * @throws Error if the name is taken, also by Argo, or if it is to wait for a container of another template.
   */
  container(name: string, container: ContainerSpec, { after = [] }: SetContainerOptions = {}): SetContainer {
    if (ARGOS_OWN.includes(name) || this.added.some((each) => each.name === name)) {
      throw new Error(`the template ${this.template} cannot have a container ${name}: the name is taken`);
    }
    const stranger = after.find((each) => !this.added.includes(each));
    if (stranger !== undefined) {
      throw new Error(`${this.template}/${name} waits for ${stranger.name}, a container of another template`);
    }
    const added = new SetContainer(name, container, after);
    this.added.push(added);
    return added;
  }
}

export interface ContainerSetTemplateOptions<
  I extends Inputs,
  O extends ContainerOutputs,
> extends PodTemplateOptions<I, O> {
  /** Volumes that every container has, by the path at which they appear. @default none */
  readonly mounts?: Readonly<Record<string, Volume>>;
  /** Adds the containers, given references to the template's inputs. */
  readonly containers: (set: ContainerSet, inputs: References<I>) => void;
}

/**
 * A template that runs several containers in one pod. Each is a node of its own in the run, below that of the pod.
 *
 * They all start at once, and Argo holds back the program of each until those that it waits for have succeeded. So the
 * pod requests what they request together. What one hands to the next are files of a volume that both mount.
 *
 * A retry makes another pod, in which all of them run again.
 *
 * @throws Error when rendered: if it has no container, or if it has outputs or takes artifacts without a container
 *   {@link MAIN}.
 */
export function containerSet<const I extends Inputs = None, const O extends ContainerOutputs = None>(
  name: string,
  options: ContainerSetTemplateOptions<I, O>,
): Template<I, O> {
  return podTemplate(name, options, (inputs, context) => {
    const set = new ContainerSet(name);
    options.containers(set, inputs);
    if (set.all.length === 0) throw new Error(`the template ${name} has no container`);
    if (needsMain(options) && !set.all.some((each) => each.name === MAIN)) {
      throw new Error(
        `the template ${name} has no container ${MAIN}, which alone yields outputs and gets artifacts`,
      );
    }
    return renderSet(options.mounts ?? {}, set.all, context);
  });
}

function renderSet(
  mounts: Readonly<Record<string, Volume>>,
  containers: readonly SetContainer[],
  context: RenderContext,
): Partial<TemplateManifest> {
  const shared = renderMounts(mounts);
  const rendered = containers.map((each) => ({ ...each, ...renderContainer(each.container, context) }));
  // A volume that several mount is declared once.
  const volumes = new Set([...(shared.volumes ?? []), ...rendered.flatMap((each) => each.volumes ?? [])]);
  const containerSet: ContainerSetManifest = compact({
    volumeMounts: shared.volumeMounts,
    containers: rendered.map(({ name, container, after }) => ({
      name,
      ...container,
      ...(after.length === 0 ? {} : { dependencies: after.map((each) => each.name) }),
    })),
  });
  return compact({ volumes: volumes.size === 0 ? undefined : [...volumes], containerSet });
}

function needsMain({ inputs = {}, outputs = {} }: PodTemplateOptions<Inputs, ContainerOutputs>): boolean {
  return Object.keys(outputs).length > 0 || Object.values(inputs).some((input) => input.kind === "artifact");
}
