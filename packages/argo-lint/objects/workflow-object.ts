import { literal } from "../expressions/tags";
import { Node } from "./node";

/** The kinds that hold workflows. */
export const KINDS = ["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"] as const;

/** A kind that holds a workflow. */
export type Kind = (typeof KINDS)[number];

const GROUP = "argoproj.io/";

/** The kind of an object that holds a workflow. Others than Argo have a Workflow too. */
export function kindOf(root: Node): Kind | undefined {
  const kind = literal(root.at("kind"));
  const isArgos = (literal(root.at("apiVersion")) ?? GROUP).startsWith(GROUP);
  return isArgos ? KINDS.find((each) => each === kind) : undefined;
}

/** An object that holds a workflow: one that was given, or one in the manifest of a resource template. */
export class WorkflowObject {
  readonly kind: Kind;
  /** Undefined if the cluster makes the name, or if it is filled in later. */
  readonly name: string | undefined;
  /** Where it is created; undefined if that is decided when it is created. */
  readonly namespace: string | undefined;
  /** `WorkflowTemplate/train-model`. */
  readonly title: string;
  /** What is run: the spec, or the schedule's `workflowSpec`. */
  readonly spec: Node;
  readonly templates: readonly Template[];
  private readonly byName: ReadonlyMap<string, Template>;

  /**
   * @param root The object.
   * @param index Its place among the objects that were given.
   * @param creator The template in whose manifest the object stands, if any.
   */
  constructor(
    kind: Kind,
    readonly root: Node,
    readonly index: number,
    readonly creator?: Template,
  ) {
    this.kind = kind;
    const metadata = root.at("metadata");
    this.name = literal(metadata.at("name"));
    this.namespace = literal(metadata.at("namespace")) ?? creator?.home.namespace;
    this.title = `${kind}/${this.name ?? metadata.at("generateName").text ?? "?"}`;
    this.spec = kind === "CronWorkflow" ? root.in("spec", "workflowSpec") : root.at("spec");
    this.templates = this.spec.at("templates").items.map((node) => new Template(node, this));
    this.byName = new Map(
      this.templates.flatMap((each) => (each.name === undefined ? [] : [[each.name, each]])),
    );
  }

  /** True for what runs, or is run when its time has come; false for what others run. */
  get runs(): boolean {
    return this.kind === "Workflow" || this.kind === "CronWorkflow";
  }

  /** True for a template that other workflows take templates from, and that no run begins with. */
  get isLibrary(): boolean {
    return !this.runs && !this.spec.at("entrypoint").exists;
  }

  /** The reference to the workflow template that this is a run of. */
  get templateRef(): Node {
    return this.spec.at("workflowTemplateRef");
  }

  /** Names of the volumes that it declares for all its templates, claims included. */
  get volumeNames(): string[] {
    const { spec } = this;
    const claims = spec.at("volumeClaimTemplates").items.map((each) => each.at("metadata"));
    return [...spec.at("volumes").names, ...claims.flatMap((each) => each.at("name").text ?? [])];
  }

  template(name: string): Template | undefined {
    return this.byName.get(name);
  }
}

const TYPES = [
  "container",
  "script",
  "resource",
  "steps",
  "dag",
  "suspend",
  "containerSet",
  "http",
  "plugin",
  "data",
] as const;

/** Kind of a template. */
export type TemplateType = (typeof TYPES)[number];

/** A template, with the object that it stands in: names inside it mean what they mean there. */
export class Template {
  readonly name: string | undefined;
  /** One, unless something is wrong. */
  readonly types: readonly TemplateType[];

  constructor(
    readonly node: Node,
    readonly home: WorkflowObject,
  ) {
    this.name = literal(node.at("name"));
    this.types = TYPES.filter((type) => node.at(type).exists);
  }

  get type(): TemplateType | undefined {
    return this.types[0];
  }

  /** Whether it runs in a pod of its own. */
  get isPod(): boolean {
    return ["container", "script", "resource", "containerSet", "data"].includes(this.type ?? "");
  }

  /** Names of the parameters that it yields. */
  output(name: string): Node | undefined {
    return this.node.in("outputs", "parameters").items.find((each) => each.at("name").text === name);
  }
}
