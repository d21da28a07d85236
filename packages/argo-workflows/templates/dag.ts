import { TemplateCall, type CallOptions, type CallRest, readRest } from "../values/calls";
import { compact } from "../manifests/compact";
import type { Outputs } from "../values/outputs";
import { type Inputs, type Named, type None, type References, inputReferences } from "../values/parameters";
import { type RenderContext, Scope } from "../values/references";
import type { TaskManifest } from "../manifests/template-manifests";
import { type Template, signature } from "./templates";

export interface TaskOptions extends CallOptions {
  /**
   * The tasks that must have succeeded, or were skipped, before it starts. Their outputs, and those of the tasks that
   * they waited for, can be used by it.
   *
   * @default it starts at once
   */
  readonly after?: readonly Task[];
}

export interface DagTemplateOptions<I extends Inputs> {
  /** @default none */
  readonly inputs?: I;
  /** Adds the tasks, given references to the template's inputs. */
  readonly tasks: (builder: DagBuilder, inputs: References<I>) => void;
}

/** A task that has been added. Its outputs can be passed to the tasks that wait for it. */
export class Task<O extends Outputs = Outputs> extends TemplateCall<O> {
  private readonly after: readonly Task[];
  /** The scopes of all tasks that have ended when it starts. */
  private readonly before: readonly Scope[];

  constructor(
    name: string,
    template: Template<Inputs, O>,
    passed: readonly Named[],
    { when, after = [] }: TaskOptions,
  ) {
    super("task", name, template, passed, when);
    this.after = after;
    this.before = [...new Set(after.flatMap((each) => [each.scope, ...each.before]))];
  }

  override render(context: RenderContext): TaskManifest {
    return compact({
      ...super.render(context.within(context.description, ...this.before)),
      dependencies: this.after.length === 0 ? undefined : this.after.map(({ name }) => name),
    });
  }
}

/** Collects the tasks of a template. As a task can only wait for one that is there already, there is no cycle. */
export class DagBuilder {
  private readonly added: Task[] = [];

  constructor(private readonly template: string) {}

  /** The tasks so far. */
  get all(): readonly Task[] {
    return this.added;
  }

  /**
   * Adds a task.
   *
   * @param name Unique in this template.
   * @param template What it runs.
   * @param rest The template's parameters by name, and options.
   * @throws Error if the name is taken, or if it is to wait for a task of another template.
   */
  task<I extends Inputs, O extends Outputs>(
    name: string,
    template: Template<I, O>,
    ...rest: CallRest<I, TaskOptions>
  ): Task<O> {
    if (this.added.some((each) => each.name === name)) {
      throw new Error(`the template ${this.template} has two tasks ${name}`);
    }
    const { passed, options } = readRest<I, TaskOptions>(template, rest);
    const stranger = options.after?.find((each) => !this.added.includes(each));
    if (stranger !== undefined) {
      throw new Error(`${this.template}/${name} waits for ${stranger.name}, a task of another template`);
    }
    const task = new Task(name, template, passed, options);
    this.added.push(task);
    return task;
  }
}

/** A template that runs others, each as soon as those that it waits for have ended. */
export function dag<const I extends Inputs = None>(
  name: string,
  options: DagTemplateOptions<I>,
): Template<I, None> {
  const inputs = options.inputs ?? ({} as I);
  const scope = new Scope(`an input of the template ${name}`);
  const builder = new DagBuilder(name);
  options.tasks(builder, inputReferences(inputs, scope));
  return {
    name,
    inputs,
    outputs: {},
    calls: builder.all.map((each) => each.template),
    render: (workflow) => {
      const context = workflow.within(`${workflow.description}/${name}`, scope);
      return {
        ...signature(name, inputs, {}),
        dag: { tasks: builder.all.map((each) => each.render(context)) },
      };
    },
  };
}
