import type { Input } from "@pulumi/pulumi";

/**
 * What makes a group of references available: the parameters of a workflow, the inputs of a template, or the outputs
 * of a step. A reference can only be used where its scope is visible.
 */
export class Scope {
  /** @param description What the scope is, for error messages: `the inputs of template trigger-build`. */
  constructor(readonly description: string) {}
}

/**
 * A value that Argo fills in when the workflow runs: a parameter of the workflow, an input of a template, an output
 * of a step. References come from the objects that have them, so none can be misspelt; only {@link RenderContext} turns one
 * into Argo's text.
 */
export class Reference {
  readonly kind = "value";

  /**
   * @param path Argo's name of the value, for example `inputs.parameters.model-version`.
   * @param scope Where the value is available.
   */
  constructor(
    readonly path: string,
    readonly scope: Scope,
  ) {}

  /**
   * @throws Error always: text that is built from a reference would hide it from the checks.
   */
  toString(): never {
    throw new Error(`the reference ${this.path} is an object, not text: pass it on as it is`);
  }
}

/** What Argo replaces when the workflow runs. @param tag Path of a value, or `=` and an expression. */
export function replaced(tag: string): string {
  return `{{${tag}}}`;
}

/**
 * Files that a template hands on to another: an output of a step, or an input that is passed on. Other than a
 * {@link Reference} it has no text. Argo keeps them in its artifact repository, which has to be configured.
 */
export class Artifact {
  readonly kind = "artifact";

  /**
   * @param path Argo's name of the artifact, for example `inputs.artifacts.report`.
   * @param scope Where it is available.
   */
  constructor(
    readonly path: string,
    readonly scope: Scope,
  ) {}

  /**
   * @throws Error always, as {@link Reference.toString}.
   */
  toString(): never {
    throw new Error(`the artifact ${this.path} is an object, not text: pass it on as it is`);
  }
}

/** A value that is known now, or that Argo fills in. */
export type Value = string | Reference;

/** A value that is known now, that a resource of the stack will have, or that Argo fills in. */
export type ValueInput = Input<string> | Reference;

/** A position in a workflow that is being rendered, with the scopes that are visible there. */
export class RenderContext {
  /**
   * @param description The position, for error messages: `template train-model/run-training`.
   * @param visible The scopes whose references may be used here.
   */
  constructor(
    readonly description: string,
    private readonly visible: readonly Scope[],
  ) {}

  /** A position further in, where more scopes are visible. */
  within(description: string, ...scopes: Scope[]): RenderContext {
    return new RenderContext(description, [...this.visible, ...scopes]);
  }

  /**
   * Checks that something is used where it is available.
   *
   * @param what What is used, for the error message.
   * @throws Error if the scope is not visible here.
   */
  demand(scope: Scope, what: string): void {
    if (!this.visible.includes(scope)) {
      throw new Error(`${this.description} uses ${what}, but ${scope.description} cannot be used there`);
    }
  }

  /**
   * The text that Argo reads.
   *
   * @throws Error if a reference is used where its scope is not visible, or if text holds a reference that was
   *   written by hand.
   */
  text(value: Value): string {
    if (value instanceof Reference) {
      this.demand(value.scope, value.path);
      return replaced(value.path);
    }
    if (value.includes("{{")) {
      throw new Error(
        `${this.description}: "${value}" holds a reference as text: use the object that has it`,
      );
    }
    return value;
  }

  /**
   * Argo's text for where files come from.
   *
   * @throws Error if the artifact is used where its scope is not visible.
   */
  artifact({ path, scope }: Artifact): string {
    this.demand(scope, path);
    return replaced(path);
  }

  /** As {@link text}, for a position that may also hold an Output of another resource, which is passed on as it is. */
  input(value: ValueInput): Input<string> {
    return typeof value === "string" || value instanceof Reference ? this.text(value) : value;
  }
}
