import { type Call, callsOf } from "../flow/calls";
import { type Remark, unjudged, wrong } from "../finding";
import { isKind, TemplateNode, WorkflowObject } from "./objects";
import { Spot } from "./spot";
import { literal, withoutTags } from "../expressions/tags";
import { readYaml } from "./yaml-text";

/** What the proof may assume of the objects that it is given. */
export interface SetOptions {
  /**
   * True if they are all that there is: then a reference out of the set is a mistake. False if there may be more in
   * the cluster: then it is something that the proof cannot judge.
   */
  readonly closed: boolean;
}

/** A template that was looked up, or what is to be said instead. Neither, if it was said elsewhere. */
export interface Resolution {
  readonly template?: TemplateNode;
  readonly remark?: Remark;
}

/** An object that was looked up, or what is to be said instead. */
export interface ObjectResolution {
  readonly object?: WorkflowObject;
  readonly remark?: Remark;
}

/** Actions whose manifest is a whole object; for the others it names one, or is a part of one. */
const MAKES = new Set(["create", "apply", "replace"]);

/** Workflows that refer to each other. */
export class ProofSet {
  /** Those that were given, and those in the manifests of their resource templates. */
  readonly objects: readonly WorkflowObject[];
  /** The manifests that are no YAML. */
  readonly unreadable: readonly { readonly object: WorkflowObject; readonly remark: Remark }[];
  /** The objects that a resource template makes or changes, workflows or not. */
  private readonly manifestObjects = new Map<TemplateNode, readonly Spot[]>();
  private readonly templates = new Map<WorkflowObject, readonly TemplateNode[]>();
  /** Templates by the value that they were read from. */
  private readonly nodes = new Map<unknown, TemplateNode>();
  private readonly created = new Map<TemplateNode, WorkflowObject[]>();
  /** Those that have a name and were given, by kind and name. */
  private readonly named = new Map<string, WorkflowObject[]>();

  constructor(
    given: readonly unknown[],
    readonly options: SetOptions,
  ) {
    const objects: WorkflowObject[] = [];
    const unreadable: { object: WorkflowObject; remark: Remark }[] = [];
    const add = (object: WorkflowObject): void => {
      objects.push(object);
      if (object.creator !== undefined) {
        this.created.set(object.creator, [...this.workflowsOf(object.creator), object]);
      } else if (object.name !== undefined) {
        this.named.set(object.title, [...(this.named.get(object.title) ?? []), object]);
      }
      for (const template of this.templatesOf(object)) {
        const manifest = template.spot.in("resource", "manifest");
        if (manifest.text === undefined) continue;
        const parsed = parseManifest(manifest);
        if (typeof parsed === "string") {
          const message = `the manifest is no YAML: ${parsed}`;
          const remark = wrong("template", manifest, message, "correct the text; put references in quotes");
          unreadable.push({ object, remark });
          continue;
        }
        this.manifestObjects.set(template, parsed);
        for (const root of parsed) {
          const kind = literal(root.at("kind"));
          if (isKind(kind) && MAKES.has(template.spot.in("resource", "action").text ?? "")) {
            add(new WorkflowObject(kind, root, object.index, template));
          }
        }
      }
    };
    given.forEach((value, index) => {
      const root = new Spot(value);
      const kind = literal(root.at("kind"));
      if (isKind(kind)) add(new WorkflowObject(kind, root, index));
    });
    this.objects = objects;
    this.unreadable = unreadable;
  }

  /** All templates of an object, with those that stand inside of steps and tasks. */
  templatesOf(object: WorkflowObject): readonly TemplateNode[] {
    const known = this.templates.get(object);
    if (known !== undefined) return known;
    const withInlines = (template: TemplateNode): TemplateNode[] => {
      this.nodes.set(template.spot.value, template);
      const inlines = callsOf(template).flatMap(({ spot }) => {
        const inline = spot.at("inline");
        return inline.isObject ? withInlines(new TemplateNode(inline, object)) : [];
      });
      return [template, ...inlines];
    };
    const all = object.templates.flatMap(withInlines);
    this.templates.set(object, all);
    return all;
  }

  /** The objects in the manifest of a resource template. */
  manifestsOf(template: TemplateNode): readonly Spot[] {
    return this.manifestObjects.get(template) ?? [];
  }

  /** The workflows in the manifest of a resource template. */
  workflowsOf(template: TemplateNode): readonly WorkflowObject[] {
    return this.created.get(template) ?? [];
  }

  /** The object whose templates a run of this one has: itself, or the workflow template that it refers to. */
  source(object: WorkflowObject): ObjectResolution {
    return object.templateRef.exists ? this.target(object.templateRef, object) : { object };
  }

  /** The template that a run of this object begins with. */
  entrypoint(object: WorkflowObject): TemplateNode | undefined {
    const source = this.source(object).object;
    const name = literal(object.spec.at("entrypoint")) ?? (source && literal(source.spec.at("entrypoint")));
    return name === undefined ? undefined : source?.template(name);
  }

  /** The template that a step, a task or a hook runs. */
  resolve(holder: Spot, home: WorkflowObject): Resolution {
    const inline = holder.at("inline");
    if (inline.isObject) {
      return { template: this.nodes.get(inline.value) ?? new TemplateNode(inline, home) };
    }
    const reference = holder.at("templateRef");
    if (reference.exists) {
      const { object, remark } = this.target(reference, home);
      return object === undefined
        ? { ...(remark === undefined ? {} : { remark }) }
        : this.inObject(reference.at("template"), object);
    }
    const source = this.source(home).object;
    return source === undefined ? {} : this.inObject(holder.at("template"), source);
  }

  /** The template with the name that stands at the spot. */
  inObject(name: Spot, object: WorkflowObject): Resolution {
    const text = literal(name);
    if (text === undefined) {
      return {
        remark: name.exists
          ? unjudged("reference", name, "which template runs is known when the run has come to it")
          : wrong("reference", name, "no template is named", "give template, templateRef or inline"),
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
      remark: wrong(
        "reference",
        name,
        `${object.title} has no template ${text}`,
        known === "" ? "add the template" : `name one that it has: ${known}`,
      ),
    };
  }

  /** The steps and tasks that run a template. */
  callersOf(template: TemplateNode): readonly Call[] {
    return this.objects.flatMap((object) =>
      this.templatesOf(object)
        .flatMap(callsOf)
        .filter(({ spot }) => this.resolve(spot, object).template === template),
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
  target(reference: Spot, home: WorkflowObject): ObjectResolution {
    const nameSpot = reference.at("name");
    const name = literal(nameSpot);
    if (name === undefined) {
      return {
        remark: nameSpot.exists
          ? unjudged(
              "reference",
              nameSpot,
              "which workflow template is meant is known when the run has come to it",
            )
          : wrong("reference", reference, "the name of the workflow template is missing", "add name"),
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
        remark: wrong(
          "reference",
          nameSpot,
          `the ${kind} ${name} is in the namespace ${there}, and Argo looks for it in ${home.namespace ?? ""}`,
          "give both one namespace, or make it a ClusterWorkflowTemplate",
        ),
      };
    }
    const known = [...this.named.values()]
      .flat()
      .flatMap((each) => (each.kind === kind ? (each.name ?? []) : []));
    return {
      remark: this.options.closed
        ? wrong(
            "reference",
            nameSpot,
            `there is no ${kind} ${name}`,
            known.length === 0 ? `add the ${kind}` : `name one that there is: ${known.join(", ")}`,
          )
        : unjudged(
            "reference",
            nameSpot,
            `the ${kind} ${name} is not among what was given`,
            "give its file too, and what is passed to it is checked",
          ),
    };
  }
}

function parseManifest(manifest: Spot): Spot[] | string {
  const { values, error } = readYaml(withoutTags(manifest.text ?? ""));
  return error ?? values.filter((value) => value !== null).map((value) => manifest.holding(value));
}
