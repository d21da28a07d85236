import { compact } from "../manifests/compact";
import type { Condition } from "./conditions";
import { type Output, type OutputReference, type Outputs, outputReference } from "./outputs";
import { type ArgumentsAnd, type Inputs, type Named, pass, renderPassed } from "./parameters";
import { type Artifact, type RenderContext, Scope, type Value } from "./references";
import type { StepManifest } from "../manifests/template-manifests";
import type { Template } from "../templates/templates";

/** Options of every step and task. */
export interface CallOptions {
  /** It is skipped if this is false when its turn comes. @default it always runs */
  readonly when?: Condition;
}

/** The parameters of a template by name, and options: what stands behind the template in a call. */
export type CallRest<I extends Inputs, Options> = ArgumentsAnd<I, [options?: Options]>;

/** The same, read. */
export function readRest<I extends Inputs, Options>(
  template: Template<I>,
  rest: CallRest<I, Options>,
): { passed: Named[]; options: Partial<Options> } {
  const [given = {}, options = {}] = rest as [Readonly<Record<string, Value | Artifact>>?, Partial<Options>?];
  return { passed: pass(template.inputs, given), options };
}

/** A step or task that has been added: one template that another one runs. */
export abstract class TemplateCall<O extends Outputs = Outputs> {
  /** Where its outputs can be used. */
  readonly scope: Scope;

  /** @param kind How references call it, and messages. */
  protected constructor(
    private readonly kind: "step" | "task",
    readonly name: string,
    readonly template: Template<Inputs, O>,
    private readonly passed: readonly Named[],
    private readonly when: Condition | undefined,
  ) {
    this.scope = new Scope(`an output of the ${kind} ${name}`);
  }

  /**
   * An output of the call.
   *
   * @throws Error if the call can be skipped and the output has no default: Argo would then fail the step that uses
   *   it.
   */
  output<N extends keyof O & string>(name: N): OutputReference<O[N]> {
    const declared: Output | undefined = this.template.outputs[name];
    if (this.when !== undefined && declared?.default === undefined) {
      const remedy =
        declared === undefined || declared.kind === "file" || declared.kind === "field"
          ? `its output ${name} needs a default`
          : `its output ${name} may not be there: write a parameter to a file, with a default`;
      throw new Error(`the ${this.kind} ${this.name} can be skipped, so ${remedy}`);
    }
    const step = `${this.kind}s.${this.name}`;
    return outputReference(step, name, declared, this.scope) as OutputReference<O[N]>;
  }

  /** The call as Argo reads it. */
  render(context: RenderContext): StepManifest {
    return compact({
      name: this.name,
      template: this.template.name,
      arguments: renderPassed(this.passed, context),
      when: this.when?.render(context),
    });
  }
}
