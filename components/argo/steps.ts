import type { Condition } from "./conditions";
import { compact } from "./compact";
import type { StepManifest } from "./manifests";
import {
  type ArgumentsAnd,
  type Inputs,
  type Named,
  type None,
  type Outputs,
  type References,
  pass,
  referencesTo,
  renderPassed,
} from "./parameters";
import { type Place, Reference, Scope, type Value } from "./references";
import { type Template, signature } from "./templates";

/** Options of a step. */
export interface StepOptions {
  /** The step is skipped if this is false when its turn comes. @default it always runs */
  readonly when?: Condition;
}

/** Options of {@link steps}. */
export interface StepsTemplateOptions<I extends Inputs> {
  /** @default none */
  readonly inputs?: I;
  /** Adds the steps, one after the other, given references to the template's inputs. */
  readonly steps: (flow: Flow, inputs: References<I>) => void;
}

/** A step that has been added. Its outputs can be passed to the steps that are added after it. */
export class Step<O extends Outputs = Outputs> {
  /** Where its outputs can be used: in the steps after it. */
  readonly scope: Scope;

  constructor(
    readonly name: string,
    readonly template: Template<Inputs, O>,
    private readonly passed: readonly Named<Value>[],
    private readonly when: Condition | undefined,
  ) {
    this.scope = new Scope(`an output of the step ${name}`);
  }

  /**
   * An output of the step.
   *
   * @throws Error if the step can be skipped and the output has no default: Argo would then fail the step that uses
   *   it.
   */
  output<N extends keyof O & string>(name: N): Reference {
    if (this.when !== undefined && this.template.outputs[name]?.valueFrom.default === undefined) {
      throw new Error(`the step ${this.name} can be skipped, so its output ${name} needs a default`);
    }
    return new Reference(`steps.${this.name}.outputs.parameters.${name}`, this.scope);
  }

  /** The step as Argo reads it. */
  render(place: Place): StepManifest {
    const parameters = renderPassed(this.passed, place);
    return compact({
      name: this.name,
      template: this.template.name,
      arguments: parameters.length === 0 ? undefined : { parameters },
      when: this.when?.render(place),
    });
  }
}

/** Collects the steps of a template. */
export class Flow {
  private readonly added: Step[] = [];

  constructor(private readonly template: string) {}

  /** The steps so far. */
  get all(): readonly Step[] {
    return this.added;
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
    ...rest: ArgumentsAnd<I, [options?: StepOptions]>
  ): Step<O> {
    if (this.added.some((each) => each.name === name)) {
      throw new Error(`the template ${this.template} has two steps ${name}`);
    }
    const [given = {}, options = {}] = rest as [Readonly<Record<string, Value>>?, StepOptions?];
    const step = new Step(name, template, pass(template.inputs, given), options.when);
    this.added.push(step);
    return step;
  }
}

/** A template that runs others, one after the other. */
export function steps<const I extends Inputs = None>(
  name: string,
  options: StepsTemplateOptions<I>,
): Template<I, None> {
  const inputs = options.inputs ?? ({} as I);
  const scope = new Scope(`an input of the template ${name}`);
  const flow = new Flow(name);
  options.steps(flow, referencesTo(inputs, "inputs.parameters", scope));
  return {
    name,
    inputs,
    outputs: {},
    calls: flow.all.map((each) => each.template),
    render: (workflow) => {
      let place = workflow.within(`${workflow.description}/${name}`, scope);
      const groups = flow.all.map((each) => {
        const group = [each.render(place)];
        place = place.within(place.description, each.scope);
        return group;
      });
      return { ...signature(name, inputs, {}), steps: groups };
    },
  };
}
