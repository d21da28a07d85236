import { TemplateCall, type CallOptions, type CallRest, readRest } from "../values/calls";
import type { Outputs } from "../values/outputs";
import { type Inputs, type Named, type None, type References, inputReferences } from "../values/parameters";
import { type RenderContext, Scope } from "../values/references";
import type { StepManifest } from "../manifests/template-manifests";
import { type Template, signature } from "./templates";

/** Options of a step. */
export type StepOptions = CallOptions;

export interface StepsTemplateOptions<I extends Inputs> {
  /** @default none */
  readonly inputs?: I;
  /** Adds the steps, one after the other, given references to the template's inputs. */
  readonly steps: (builder: StepsBuilder, inputs: References<I>) => void;
}

/** A step that has been added. Its outputs can be passed to the steps of later groups. */
export class Step<O extends Outputs = Outputs> extends TemplateCall<O> {
  constructor(name: string, template: Template<Inputs, O>, passed: readonly Named[], { when }: StepOptions) {
    super("step", name, template, passed, when);
  }
}

/** Steps that run side by side. The template goes on when the last of them has ended. */
export class StepGroup {
  private readonly added: Step[] = [];

  constructor(private readonly steps: StepsBuilder) {}

  /** The steps so far. */
  get all(): readonly Step[] {
    return this.added;
  }

  /**
   * Adds a step to those that start together.
   *
   * @param name Unique in the template.
   * @param template What it runs.
   * @param rest The template's parameters by name, and options.
   * @throws Error if the name is taken.
   */
  step<I extends Inputs, O extends Outputs>(
    name: string,
    template: Template<I, O>,
    ...rest: CallRest<I, StepOptions>
  ): Step<O> {
    this.steps.claim(name);
    const { passed, options } = readRest<I, StepOptions>(template, rest);
    const step = new Step(name, template, passed, options);
    this.added.push(step);
    return step;
  }
}

/** Collects the steps of a template. */
export class StepsBuilder {
  private readonly groups: StepGroup[] = [];
  private readonly names = new Set<string>();

  constructor(private readonly template: string) {}

  /** The steps so far. */
  get all(): readonly Step[] {
    return this.groups.flatMap((group) => group.all);
  }

  /**
   * Adds a step that starts when the one before it has succeeded or was skipped.
   *
   * @param name Unique in this template.
   * @param template What it runs.
   * @param rest The template's parameters by name, and options.
   * @throws Error if the name is taken.
   */
  step<I extends Inputs, O extends Outputs>(
    name: string,
    template: Template<I, O>,
    ...rest: CallRest<I, StepOptions>
  ): Step<O> {
    return this.together((group) => group.step(name, template, ...rest));
  }

  /**
   * Adds steps that start together, when all before them have succeeded or were skipped. Their outputs can be used
   * after the group, and not inside of it.
   *
   * @param add Adds the steps, at least one.
   * @returns what `add` returns: outputs for later steps, usually
   * @throws Error if there is no step.
   */
  together<R>(add: (group: StepGroup) => R): R {
    const group = new StepGroup(this);
    this.groups.push(group);
    const result = add(group);
    if (group.all.length === 0) {
      throw new Error(`the template ${this.template} has a group without steps`);
    }
    return result;
  }

  /** Takes a name for a step. */
  claim(name: string): void {
    if (this.names.has(name)) {
      throw new Error(`the template ${this.template} has two steps ${name}`);
    }
    this.names.add(name);
  }

  /** The groups as Argo reads them. */
  render(start: RenderContext): StepManifest[][] {
    let context = start;
    return this.groups.map((group) => {
      const rendered = group.all.map((each) => each.render(context));
      context = context.within(context.description, ...group.all.map(({ scope }) => scope));
      return rendered;
    });
  }
}

/** A template that runs others, group after group. */
export function steps<const I extends Inputs = None>(
  name: string,
  options: StepsTemplateOptions<I>,
): Template<I, None> {
  const inputs = options.inputs ?? ({} as I);
  const scope = new Scope(`an input of the template ${name}`);
  const builder = new StepsBuilder(name);
  options.steps(builder, inputReferences(inputs, scope));
  return {
    name,
    inputs,
    outputs: {},
    calls: builder.all.map((each) => each.template),
    render: (workflow) => ({
      ...signature(name, inputs, {}),
      steps: builder.render(workflow.within(`${workflow.description}/${name}`, scope)),
    }),
  };
}
