/** What a run needs at most at the same time, read off its workflows as they are rendered. */
import {
  type Amounts,
  claimAmounts,
  most,
  NOTHING,
  podAmounts,
  sum,
  type Resources,
} from "../../components/sizes";
import {
  callGraphOf,
  type OrderedCall,
  type Template,
  type WorkflowObject,
  WorkflowSet,
  exitHandlers,
  hooked,
  type Node,
  literal,
} from "../../packages/argo-lint";
import { MAIN_CONTAINER_RESOURCES } from "../../components/argo";
import { BUILD_ROLE } from "../../components/kubernetes";

/**
 * The most that a run of the first object has at the same time. Of what runs side by side all counts, of what runs one
 * after the other the greatest, and each number by itself: the most memory may be needed at another time than the most
 * cores.
 *
 * @param objects Workflows as plain objects, with those that they start.
 * @param executor What Argo's own containers are given.
 * @param builder What a step that builds starts besides, in another namespace.
 * @throws RangeError if it is not known before the run
 */
export function peakOf(objects: readonly unknown[], executor: Resources, builder = NOTHING): Amounts {
  const set = new WorkflowSet(objects, { closed: true });
  const [first] = set.objects;
  return first === undefined ? NOTHING : new Walk(set, executor, builder).run(first);
}

/** What each container is given of the pods of workflows, Argo's own left out. */
export function containersOfPods(objects: readonly unknown[]): Resources[] {
  const set = new WorkflowSet(objects, { closed: true });
  return set.objects
    .flatMap((object) => set.templatesOf(object))
    .filter(({ isPod }) => isPod)
    .map(containersOf)
    .flatMap(({ containers, initContainers }) => [...containers, ...initContainers]);
}

class Walk {
  /** The templates that are being looked into: one that comes up again runs itself. */
  private readonly inside = new Set<Template>();

  constructor(
    private readonly set: WorkflowSet,
    private readonly executor: Resources,
    private readonly builder: Amounts,
  ) {}

  /** A run: its claims, and the steps or, after them, the exit handlers. */
  run(object: WorkflowObject): Amounts {
    const source = this.set.source(object).object;
    const entrypoint = this.set.entrypoint(object);
    if (source === undefined || entrypoint === undefined) {
      throw new RangeError(`${object.title}: what it runs is not known`);
    }
    if ([object, source].some(({ spec }) => spec.at("hooks").exists)) {
      throw new RangeError(`${object.title}: when its hooks run is not known`);
    }
    const claims = source.spec.at("volumeClaimTemplates").items.map((claim) => {
      const storage = claim.in("spec", "resources", "requests", "storage");
      return claimAmounts(known(storage, source.title));
    });
    const ends = exitHandlers(object, this.set).map((handler) => this.template(handler));
    return sum([...claims, most([this.template(entrypoint), ...ends])]);
  }

  private template(template: Template): Amounts {
    if (this.inside.has(template)) {
      throw new RangeError(`${titleOf(template)}: it runs itself, and how often is not known`);
    }
    this.inside.add(template);
    const graph = callGraphOf(template);
    const peak =
      graph !== undefined
        ? this.together(graph.order, new Map(graph.order.map((turn) => [turn, this.call(turn, template)])))
        : template.isPod
          ? this.pod(template)
          : NOTHING;
    this.inside.delete(template);
    return peak;
  }

  private call({ call }: OrderedCall, caller: Template): Amounts {
    if (call.loops || hooked(call.node, caller.home, this.set).length > 0) {
      throw new RangeError(`${titleOf(caller)}: how often ${call.name ?? "a step"} runs is not known`);
    }
    const { template } = this.set.resolve(call.node, caller.home);
    if (template === undefined) {
      throw new RangeError(`${titleOf(caller)}: what ${call.name ?? "a step"} runs is not known`);
    }
    return this.template(template);
  }

  /** The most that calls have together of which none waits for another one. */
  private together(turns: readonly OrderedCall[], peaks: ReadonlyMap<OrderedCall, Amounts>): Amounts {
    const [turn, ...others] = turns;
    if (turn === undefined) return NOTHING;
    const beside = others.filter((other) => !waits(other, turn) && !waits(turn, other));
    const withIt = sum([peaks.get(turn) ?? NOTHING, this.together(beside, peaks)]);
    return beside.length === others.length ? withIt : most([withIt, this.together(others, peaks)]);
  }

  /** A step's pod. That of a resource template is there for as long as what it has started. */
  private pod(template: Template): Amounts {
    if (template.node.at("daemon").value === true) {
      throw new RangeError(`${titleOf(template)}: when it ends is not known`);
    }
    const { containers, initContainers } = containersOf(template);
    // Argo's container beside the step's watches over it. A resource template has none to watch: Argo's is the only one.
    const pod = podAmounts([...containers, this.executor], [this.executor, ...initContainers]);
    const builder = isBuild(template) ? this.builder : NOTHING;
    return sum([pod, builder, ...this.set.workflowsOf(template).map((child) => this.run(child))]);
  }
}

function isBuild({ node }: Template): boolean {
  return Object.entries(BUILD_ROLE).every(
    ([label, value]) => literal(node.in("metadata", "labels", label)) === value,
  );
}

function waits(turn: OrderedCall, other: OrderedCall): boolean {
  return other.call.name !== undefined && turn.before.has(other.call.name);
}

/** What the containers of a template's pod are given. */
function containersOf(template: Template): Record<"containers" | "initContainers", Resources[]> {
  const { node } = template;
  const given = (containers: readonly Node[]): Resources[] =>
    containers
      .filter(({ isObject }) => isObject)
      .map((container) => resourcesOf(container, titleOf(template)));
  return {
    containers: given([
      node.at("container"),
      node.at("script"),
      ...node.in("containerSet", "containers").items,
      ...node.at("sidecars").items,
    ]),
    initContainers: given(node.at("initContainers").items),
  };
}

/** What a container is given; Argo gives it what its controller says where the template is silent. */
function resourcesOf(container: Node, title: string): Resources {
  const given = container.at("resources");
  const quantity = (kind: keyof Resources, name: "cpu" | "memory"): string => {
    const node = given.in(kind, name);
    return node.exists ? known(node, title) : MAIN_CONTAINER_RESOURCES[kind][name];
  };
  return {
    requests: { cpu: quantity("requests", "cpu"), memory: quantity("requests", "memory") },
    limits: { cpu: quantity("limits", "cpu"), memory: quantity("limits", "memory") },
  };
}

function known(node: Node, title: string): string {
  const text = literal(node);
  if (text === undefined) {
    throw new RangeError(`${title}: ${node.label} is not known before the run`);
  }
  return text;
}

function titleOf(template: Template): string {
  return `${template.home.title} ${template.name ?? "inline"}`;
}
