import { type Call, callsOf } from "../flow/calls";
import { type RuleDiagnostic, unsupported, error } from "./diagnostic";
import { kindOf, Template, WorkflowObject } from "./workflow-object";
import { Node } from "./node";
import { literal } from "../expressions/tags";
import { manifestOf } from "./manifest";

/** What may be assumed of the objects. */
export interface WorkflowSetOptions {
  /**
   * True if they are all that exists: a reference to any other is then an error. False if there may be more in
   * the cluster: then it is reported as not checked.
   *
   * @default false
   */
  readonly closed: boolean;
}

/** A template that was looked up, or what is to be said instead. Neither, if it was said elsewhere. */
export interface Resolution {
  readonly template?: Template;
  readonly diagnostic?: RuleDiagnostic;
}

/** An object that was looked up, or what is to be said instead. */
export interface ObjectResolution {
  readonly object?: WorkflowObject;
  readonly diagnostic?: RuleDiagnostic;
}

/** Actions whose manifest is a whole object; for the others it names one, or is a part of one. */
const MAKES = new Set(["create", "apply", "replace"]);

/** Workflows that refer to each other. */
export class WorkflowSet {
  /** Those that were given, and those in the manifests of their resource templates. */
  readonly objects: readonly WorkflowObject[];
  /** The manifests that cannot be read, or only during the run. */
  readonly unreadable: readonly { readonly object: WorkflowObject; readonly diagnostic: RuleDiagnostic }[];
  /** The objects that a resource template makes or changes, workflows or not. */
  private readonly manifestObjects = new Map<Template, readonly Node[]>();
  private readonly templates = new Map<WorkflowObject, readonly Template[]>();
  /** Templates by the value that they were read from. */
  private readonly inlineTemplates = new Map<unknown, Template>();
  private readonly created = new Map<Template, WorkflowObject[]>();
  /** Those that have a name and were given, by kind and name. */
  private readonly named = new Map<string, WorkflowObject[]>();

  constructor(
    given: readonly unknown[],
    readonly options: WorkflowSetOptions,
  ) {
    const objects: WorkflowObject[] = [];
    const unreadable: { object: WorkflowObject; diagnostic: RuleDiagnostic }[] = [];
    const add = (object: WorkflowObject): void => {
      objects.push(object);
      if (object.creator !== undefined) {
        this.created.set(object.creator, [...this.workflowsOf(object.creator), object]);
      } else if (object.name !== undefined) {
        this.named.set(object.title, [...(this.named.get(object.title) ?? []), object]);
      }
      for (const template of this.templatesOf(object)) {
        const { objects: roots = [], diagnostic } = manifestOf(template);
        if (diagnostic !== undefined) unreadable.push({ object, diagnostic });
        if (roots.length > 0) this.manifestObjects.set(template, roots);
        for (const root of roots) {
          const kind = kindOf(root);
          if (kind !== undefined && MAKES.has(template.node.in("resource", "action").text ?? "")) {
            add(new WorkflowObject(kind, root, object.index, template));
          }
        }
      }
    };
    given.forEach((value, index) => {
      const root = new Node(value);
      const kind = kindOf(root);
      if (kind !== undefined) add(new WorkflowObject(kind, root, index));
    });
    this.objects = objects;
    this.unreadable = unreadable;
  }

  /** All templates of an object, with those that stand inside of steps and tasks. */
  templatesOf(object: WorkflowObject): readonly Template[] {
    const known = this.templates.get(object);
    if (known !== undefined) return known;
    const withInlines = (template: Template): Template[] => {
      this.inlineTemplates.set(template.node.value, template);
      const inlines = callsOf(template).flatMap(({ node }) => {
        const inline = node.at("inline");
        return inline.isObject ? withInlines(new Template(inline, object)) : [];
      });
      return [template, ...inlines];
    };
    const all = object.templates.flatMap(withInlines);
    this.templates.set(object, all);
    return all;
  }

  /** The objects in the manifest of a resource template. */
  manifestsOf(template: Template): readonly Node[] {
    return this.manifestObjects.get(template) ?? [];
  }

  /** The workflows in the manifest of a resource template. */
  workflowsOf(template: Template): readonly WorkflowObject[] {
    return this.created.get(template) ?? [];
  }

  /** The object whose templates a run of this one has: itself, or the workflow template that it refers to. */
  source(object: WorkflowObject): ObjectResolution {
    return object.templateRef.exists ? this.target(object.templateRef, object) : { object };
  }

  /** The template that a run of this object begins with. */
  entrypoint(object: WorkflowObject): Template | undefined {
    const source = this.source(object).object;
    const name = literal(object.spec.at("entrypoint")) ?? (source && literal(source.spec.at("entrypoint")));
    return name === undefined ? undefined : source?.template(name);
  }

  /** The template that a step, a task or a hook runs. */
  resolve(holder: Node, home: WorkflowObject): Resolution {
    const inline = holder.at("inline");
    if (inline.isObject) {
      return { template: this.inlineTemplates.get(inline.value) ?? new Template(inline, home) };
    }
    const reference = holder.at("templateRef");
    if (reference.exists) {
      const name = reference.at("template");
      if (name.isEmpty) {
        const message = "the name of the template is missing";
        return { diagnostic: error("reference", reference, message, "add template") };
      }
      const { object, diagnostic } = this.target(reference, home);
      return object === undefined
        ? { ...(diagnostic === undefined ? {} : { diagnostic }) }
        : this.inObject(name, object);
    }
    const source = this.source(home).object;
    return source === undefined ? {} : this.inObject(holder.at("template"), source);
  }

  /** The template with the name that stands at the node. */
  inObject(name: Node, object: WorkflowObject): Resolution {
    const text = literal(name);
    if (text === undefined) {
      return {
        diagnostic: name.exists
          ? unsupported("reference", name, "which template runs is known only during the run")
          : error("reference", name, "no template is given", "give template, templateRef or inline"),
      };
    }
    const template = object.template(text);
    if (template !== undefined) {
      return { template };
    }
    if (object.templateRef.exists) {
      return {};
    }
    const known = object.templates.flatMap((each) => each.name ?? []).join(", ");
    return {
      diagnostic: error(
        "reference",
        name,
        `${object.title} has no template ${text}`,
        known === "" ? "add the template" : `use one that it has: ${known}`,
      ),
    };
  }

  /** The steps and tasks that run a template. */
  callersOf(template: Template): readonly Call[] {
    return this.objects.flatMap((object) =>
      this.templatesOf(object)
        .flatMap(callsOf)
        .filter(({ node }) => this.resolve(node, object).template === template),
    );
  }

  /** Those that were given with the kind, the name and the namespace of this one, with it. */
  namesakesOf(object: WorkflowObject): readonly WorkflowObject[] {
    const isNamesake = (each: WorkflowObject): boolean =>
      object.kind === "ClusterWorkflowTemplate" || each.namespace === object.namespace;
    return object.name === undefined || object.creator !== undefined
      ? [object]
      : (this.named.get(object.title) ?? []).filter(isNamesake);
  }

  /** What a `templateRef` or `workflowTemplateRef` in this object means: Argo looks in the object's own namespace. */
  target(reference: Node, home: WorkflowObject): ObjectResolution {
    const nameNode = reference.at("name");
    const name = literal(nameNode);
    if (name === undefined || name === "") {
      return {
        diagnostic:
          nameNode.exists && name !== ""
            ? unsupported(
                "reference",
                nameNode,
                "which workflow template is meant is known only during the run",
              )
            : error("reference", reference, "the name of the workflow template is missing", "add name"),
      };
    }
    const kind = reference.at("clusterScope").value === true ? "ClusterWorkflowTemplate" : "WorkflowTemplate";
    const named = this.named.get(`${kind}/${name}`) ?? [];
    // Where no namespace is given, any may be meant.
    const near = (each: WorkflowObject): boolean =>
      [each, home].some(({ namespace }) => namespace === undefined) || each.namespace === home.namespace;
    const object =
      kind === "ClusterWorkflowTemplate"
        ? named[0]
        : (named.find((each) => each.namespace === home.namespace) ?? named.find(near));
    if (object !== undefined) {
      return { object };
    }
    const [elsewhere] = named;
    if (elsewhere !== undefined) {
      const there = elsewhere.namespace ?? "";
      return {
        diagnostic: error(
          "reference",
          nameNode,
          `the ${kind} ${name} is in the namespace ${there}, and Argo looks for it in ${home.namespace ?? ""}`,
          "give both one namespace, or make it a ClusterWorkflowTemplate",
        ),
      };
    }
    if (!this.options.closed) {
      const message = `the ${kind} ${name} is not in the given files`;
      const isOfCluster = kind === "WorkflowTemplate" && this.named.has(`ClusterWorkflowTemplate/${name}`);
      const fix = `give its file too${isOfCluster ? ", or add clusterScope: true: there is a ClusterWorkflowTemplate of this name" : ""}`;
      return { diagnostic: unsupported("reference", nameNode, message, fix) };
    }
    const known = [...this.named.values()]
      .flat()
      .flatMap((each) => (each.kind === kind ? (each.name ?? []) : []));
    return {
      diagnostic: error(
        "reference",
        nameNode,
        `there is no ${kind} ${name}`,
        known.length === 0 ? `add the ${kind}` : `use one that exists: ${known.join(", ")}`,
      ),
    };
  }
}
