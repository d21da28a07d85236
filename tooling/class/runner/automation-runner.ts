import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  LocalWorkspace,
  type PulumiCommand,
  type PulumiFn,
  Stack,
  StackAlreadyExistsError,
  StackNotFoundError,
  type StackSummary,
} from "@pulumi/pulumi/automation";
import type { ClassFiles } from "./class-files";
import { EngineEvents } from "./engine-events";
import { shortName } from "../../engine/stack-settings";
import { failureOf } from "./pulumi-errors";
import {
  type Changes,
  type Outputs,
  type Preview,
  type StackRunner,
  type StackState,
  type Watch,
} from "./stack-runner";

/** What {@link AutomationRunner} works with. */
export interface AutomationOptions {
  readonly pulumi: PulumiCommand;
  /** The folder of the program, with its project file. */
  readonly checkout: string;
  /** What Pulumi finds in its environment, whichever the stack. */
  readonly environment: Readonly<Record<string, string>>;
  readonly files: ClassFiles;
  /** The program itself. */
  readonly program: PulumiFn;
  /** Where the engine's whole output goes, a file for each stack. */
  readonly logs: string;
  /** The folder with the locks of the project's stacks. @default the backend keeps them to itself */
  readonly locks?: string | undefined;
  /** Whether a terminal sends its interrupts to the engines too. A second one would have them end at once. */
  readonly sharesTerminal: boolean;
}

/** Works on stacks through Pulumi's Automation API. */
export class AutomationRunner implements StackRunner {
  private summaries: Promise<StackSummary[]> | undefined;
  /** The stacks that there are, as this run knows it. */
  private present: Promise<Set<string>> | undefined;

  constructor(private readonly options: AutomationOptions) {}

  async stacks(): Promise<string[]> {
    this.present = this.list().then((all) => new Set(all.map(({ name }) => shortName(name))));
    return [...(await this.present)];
  }

  async up(stack: string, watch: Watch): Promise<Changes> {
    const file = this.options.files.write(stack);
    await this.make(stack);
    const events = await this.work(stack, file, watch, (opened, options) =>
      opened.up({ ...options, showSecrets: false }),
    );
    return events.changes;
  }

  async preview(stack: string, watch: Watch): Promise<Preview> {
    const file = this.options.files.write(stack);
    const isNew = await this.make(stack);
    try {
      return await this.work(stack, file, watch, (opened, options) =>
        opened.preview({ ...options, program: this.options.program }),
      );
    } finally {
      // A preview leaves nothing behind.
      if (isNew) await this.remove(stack);
    }
  }

  async destroy(stack: string, watch: Watch): Promise<Changes> {
    const file = this.options.files.last(stack);
    const events = await this.work(stack, file, watch, (opened, options) =>
      opened.destroy({ ...options, showSecrets: false }),
    );
    return events.changes;
  }

  async remove(stack: string): Promise<void> {
    const workspace = await this.workspace(stack, this.options.files.last(stack));
    // The stack file is the class's own, and is not in the folder where Pulumi would remove it.
    await workspace.removeStack(stack, { preserveConfig: true });
    (await this.present)?.delete(stack);
    this.options.files.remove(stack);
  }

  async outputs(stack: string): Promise<Outputs | undefined> {
    const workspace = await this.workspace(stack, this.options.files.existing(stack));
    try {
      const found = await workspace.stackOutputs(stack);
      return Object.fromEntries(Object.entries(found).map(([name, { value }]) => [name, value as unknown]));
    } catch (error) {
      if (error instanceof StackNotFoundError) return undefined;
      throw error;
    }
  }

  async state(stack: string): Promise<StackState | undefined> {
    // Asked for once: it names all stacks, and takes as long as asking for one.
    this.summaries ??= this.list();
    const summary = (await this.summaries).find(({ name }) => shortName(name) === stack);
    if (summary === undefined) return undefined;
    const opened = await this.open(stack, this.options.files.existing(stack));
    const last = await opened.info(false);
    const at = last === undefined ? undefined : (last.endTime ?? last.startTime);
    return {
      resources: summary.resourceCount ?? 0,
      ...(last === undefined || at === undefined
        ? {}
        : { lastUpdate: { kind: last.kind, result: last.result, at: new Date(at).toISOString() } }),
      locked: this.isLocked(stack) ?? summary.updateInProgress ?? null,
    };
  }

  private isLocked(stack: string): boolean | undefined {
    const { locks } = this.options;
    if (locks === undefined) return undefined;
    const folder = join(locks, stack);
    return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(".json"));
  }

  private async list(): Promise<StackSummary[]> {
    const { checkout } = this.options;
    const workspace = await this.create(checkout, {});
    return workspace.listStacks();
  }

  /** @returns whether the stack was not there yet */
  private async make(stack: string): Promise<boolean> {
    // Asked for once: an attempt at each stack would take as long as half a preview.
    if (this.present === undefined) await this.stacks();
    if ((await this.present)?.has(stack) === true) return false;
    const { checkout, files } = this.options;
    // Pulumi writes a salt into the file beside the project's, so the stack is made where that file is the class's.
    mkdirSync(files.folder, { recursive: true, mode: 0o700 });
    copyFileSync(join(checkout, "Pulumi.yaml"), join(files.folder, "Pulumi.yaml"));
    const workspace = await this.create(files.folder, { PULUMI_STACK: stack });
    try {
      await workspace.createStack(stack);
      (await this.present)?.add(stack);
      return true;
    } catch (error) {
      if (error instanceof StackAlreadyExistsError) return false;
      throw failureOf(error, stack, this.logOf(stack));
    }
  }

  private async work(
    stack: string,
    file: string,
    { step, signal }: Watch,
    command: (stack: Stack, options: WorkOptions) => Promise<unknown>,
  ): Promise<EngineEvents> {
    mkdirSync(this.options.logs, { recursive: true });
    const log = this.logOf(stack);
    const write = (text: string): void => appendFileSync(log, text);
    const events = new EngineEvents(step);
    const opened = await this.open(stack, file);
    write(`\n${new Date().toISOString()}\n`);
    // One of its own: Pulumi leaves a listener behind, and a class has many stacks.
    const interrupt = this.options.sharesTerminal ? {} : { signal: AbortSignal.any([signal]) };
    try {
      await command(opened, {
        onEvent: events.take,
        onOutput: write,
        onError: write,
        color: "never",
        ...interrupt,
      });
      return events;
    } catch (error) {
      throw failureOf(error, stack, log, events.reason);
    }
  }

  private logOf(stack: string): string {
    return join(this.options.logs, `class-${stack}.log`);
  }

  private async open(stack: string, file: string | undefined): Promise<Stack> {
    const workspace = await this.workspace(stack, file);
    // Selecting it would change which stack the checkout has selected, for all that run beside this one.
    workspace.selectStack = () => Promise.resolve();
    return Stack.select(stack, workspace);
  }

  private workspace(stack: string, file: string | undefined): Promise<LocalWorkspace> {
    const settings = file === undefined ? {} : { PULUMI_OPTION_CONFIG_FILE: file };
    return this.create(this.options.checkout, { PULUMI_STACK: stack, ...settings });
  }

  private create(workDir: string, own: Readonly<Record<string, string>>): Promise<LocalWorkspace> {
    const { pulumi, environment } = this.options;
    return LocalWorkspace.create({
      workDir,
      pulumiCommand: pulumi,
      envVars: { ...environment, ...own },
    });
  }
}

interface WorkOptions {
  onEvent: EngineEvents["take"];
  onOutput: (text: string) => void;
  onError: (text: string) => void;
  signal?: AbortSignal;
  color: "never";
}
