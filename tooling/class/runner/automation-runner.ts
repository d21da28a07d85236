import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  type Deployment,
  LocalWorkspace,
  type PulumiCommand,
  type PulumiFn,
  Stack,
  StackAlreadyExistsError,
  StackNotFoundError,
  type StackSummary,
} from "@pulumi/pulumi/automation";
import type { KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { answerOf, foundIn } from "../../engine/answer";
import { recover } from "../../engine/interrupted";
import type { ClassFiles } from "./class-files";
import { EngineEvents } from "./engine-events";
import { shortName } from "../../engine/stack/stack-settings";
import { CLASS_TAG } from "../../engine/stack/state";
import { objectsIn, type StackObject } from "../../live/objects/stack-remains";
import { failureOf } from "./pulumi-errors";
import {
  type Changes,
  OtherClass,
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
  /** What each stack of the class says of itself. {@link CLASS_TAG} among it tells the class's stacks from others. */
  readonly tags: Readonly<Record<string, string>> & { readonly [CLASS_TAG]: string };
  readonly program: PulumiFn;
  /** Where the engine's whole output goes, a file for each stack. */
  readonly logs: string;
  /** The folder with the locks of the project's stacks. @default the backend keeps them to itself */
  readonly locks?: string | undefined;
  readonly cluster: () => Promise<KubeConfig>;
  /** Ends the engines. Not aborted by what they hear themselves: they give up what they do at a second signal. */
  readonly signal: AbortSignal;
}

/** Works on stacks through Pulumi's Automation API. */
export class AutomationRunner implements StackRunner {
  /** The class's stacks, as this run knows them. Looked for once: it takes as long as looking for one. */
  private known: Promise<Map<string, StackSummary | undefined>> | undefined;

  private hasPlace = false;

  constructor(private readonly options: AutomationOptions) {}

  async stacks({ fresh = false } = {}): Promise<string[]> {
    if (fresh) this.known = undefined;
    return [...(await this.members()).keys()];
  }

  private members(): Promise<Map<string, StackSummary | undefined>> {
    return (this.known ??= this.list());
  }

  async up(stack: string, watch: Watch): Promise<Changes> {
    const file = this.options.files.write(stack);
    await this.make(stack);
    const events = await this.work(stack, file, watch, async (opened, options) => {
      await this.recover(stack, opened, watch);
      return opened.up({ ...options, showSecrets: false });
    });
    return events.changes;
  }

  async preview(stack: string, watch: Watch): Promise<Preview> {
    const { checkout, program } = this.options;
    // The rules that every stack of the project keeps to, as `npm run preview` has them.
    const policyPacks = [join(checkout, "policy")];
    const file = this.options.files.write(stack);
    const isNew = await this.make(stack);
    try {
      return await this.work(stack, file, watch, (opened, options) =>
        opened.preview({ ...options, program, policyPacks }),
      );
    } finally {
      // A preview leaves nothing behind.
      if (isNew) await this.remove(stack);
    }
  }

  async destroy(stack: string, watch: Watch, target?: string): Promise<Changes> {
    const file = this.options.files.last(stack);
    const events = await this.work(stack, file, watch, async (opened, options) => {
      await this.recover(stack, opened, watch);
      return opened.destroy({
        ...options,
        showSecrets: false,
        ...(target === undefined ? {} : { target: [target] }),
      });
    });
    return events.changes;
  }

  async remove(stack: string): Promise<void> {
    const workspace = await this.workspace(stack, this.options.files.last(stack));
    // The stack file is the class's own, and is not in the folder where Pulumi would remove it.
    await workspace.removeStack(stack, { preserveConfig: true });
    (await this.members()).delete(stack);
    this.options.files.remove(stack);
  }

  async outputs(stack: string): Promise<Outputs | undefined> {
    if (!(await this.members()).has(stack)) return undefined;
    const workspace = await this.workspace(stack, this.options.files.existing(stack));
    try {
      const found = await workspace.stackOutputs(stack);
      return Object.fromEntries(Object.entries(found).map(([name, { value }]) => [name, value as unknown]));
    } catch (error) {
      if (error instanceof StackNotFoundError) return undefined;
      throw error;
    }
  }

  async objects(stack: string): Promise<StackObject[]> {
    if (!(await this.members()).has(stack)) return [];
    const opened = await this.open(stack, this.options.files.existing(stack));
    return objectsIn(JSON.stringify(await opened.exportStack()));
  }

  async state(stack: string): Promise<StackState | undefined> {
    const summary = (await this.members()).get(stack);
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

  /** Has a stack ready for a change, whatever has killed the last one. */
  private recover(name: string, stack: Stack, { step, signal }: Watch): Promise<void> {
    return recover({
      name,
      locks: this.options.locks,
      read: async () => JSON.stringify(await stack.exportStack()),
      write: (text) => stack.importStack(JSON.parse(text) as Deployment),
      cluster: this.options.cluster,
      report: step,
      signal,
    });
  }

  private isLocked(stack: string): boolean | undefined {
    const { locks } = this.options;
    if (locks === undefined) return undefined;
    const folder = join(locks, stack);
    return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(".json"));
  }

  private async list(): Promise<Map<string, StackSummary>> {
    const { checkout, environment, pulumi, tags } = this.options;
    const args = ["stack", "ls", "--json", "--tag", `${CLASS_TAG}=${tags[CLASS_TAG]}`];
    const ended = await execa(pulumi.command, args, { cwd: checkout, env: environment, reject: false });
    const printed = foundIn(answerOf(ended), `the list of the class ${tags[CLASS_TAG]}`) ?? "[]";
    const found = JSON.parse(printed) as StackSummary[];
    return new Map(found.map((each) => [shortName(each.name), each]));
  }

  /** @returns whether the stack was not there yet */
  private async make(stack: string): Promise<boolean> {
    const members = await this.members();
    if (members.has(stack)) return false;
    const workspace = await this.create(this.placeForNew(), { PULUMI_STACK: stack });
    let isNew = true;
    try {
      await workspace.createStack(stack);
    } catch (error) {
      if (!(error instanceof StackAlreadyExistsError)) throw failureOf(error, stack, this.logOf(stack));
      isNew = false;
      // One without a class is of an earlier version, or was made by a run that was killed right then.
      const owner = (await workspace.listTags(stack))[CLASS_TAG];
      if (owner !== undefined) throw new OtherClass(stack, owner);
    }
    for (const [tag, value] of Object.entries(this.options.tags)) await workspace.setTag(stack, tag, value);
    members.set(stack, undefined);
    return isNew;
  }

  /**
   * The folder where stacks are made: Pulumi writes a salt into the file beside the project's, and there that is the
   * class's own. The project's file is put there once, as engines read it while others start.
   */
  private placeForNew(): string {
    const { checkout, files } = this.options;
    if (!this.hasPlace) {
      mkdirSync(files.folder, { recursive: true, mode: 0o700 });
      copyFileSync(join(checkout, "Pulumi.yaml"), join(files.folder, "Pulumi.yaml"));
      this.hasPlace = true;
    }
    return files.folder;
  }

  private async work(
    stack: string,
    file: string,
    { step }: Watch,
    command: (stack: Stack, options: WorkOptions) => Promise<unknown>,
  ): Promise<EngineEvents> {
    mkdirSync(this.options.logs, { recursive: true });
    const log = this.logOf(stack);
    const write = (text: string): void => appendFileSync(log, text);
    const events = new EngineEvents(step);
    const opened = await this.open(stack, file);
    write(`\n${new Date().toISOString()}\n`);
    // One of its own: Pulumi leaves a listener behind, and a class has many stacks.
    const signal = AbortSignal.any([this.options.signal]);
    try {
      await command(opened, {
        onEvent: events.take,
        onOutput: write,
        onError: write,
        color: "never",
        signal,
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
  signal: AbortSignal;
  color: "never";
}
