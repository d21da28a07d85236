import { existsSync } from "node:fs";
import { join } from "node:path";
import { withLockUnless } from "../machine/lock";
import { engineIsInstalled, engineIsReady } from "../engine/engine";
import { removeStateIfEmpty } from "../engine/stack/stack";
import { backendFolder, ownsState } from "../engine/stack/state";
import { stackName } from "../engine/stack/stack-settings";
import { baseStackOf, studentStackOf } from "./class-settings";
import { type ClassContext, studentsWithStack } from "./class-context";
import { writePages } from "./view/class-pages";
import { downClass } from "./actions/down-class";
import { isToStay } from "./actions/kept-data";
import { openClass } from "./actions/open-class";
import { confirm } from "../support/confirm";
import { beforeStart, NotStarted } from "../support/errors";
import { finishing, interruption } from "../support/interruption";
import { isJson, tellData } from "../support/output";
import { prepareAll, prepareEngine } from "./actions/preparation";
import { nothingInTheWay, previewClass, previewText } from "./actions/preview-class";
import { resetClass } from "./actions/reset-class";
import { revokeClass } from "./actions/revoke-class";
import { readRoster, type Student } from "./roster/roster";
import { allDone, type Outcome } from "./runner/outcome";
import { selectionOf } from "./roster/selection";
import { answeringCluster, clusterConfig } from "../engine/cluster-access";
import { warningOf } from "../cluster/preflight";
import { backupAlarm, findBackupSchedule, missingLabs } from "../live/backup-schedule";
import { etcdAlarm, etcdBytes } from "../live/etcd";
import { isUp, statusOfClass, statusText } from "./actions/status-class";
import { summaryTable } from "./view/table";
import { upClass } from "./actions/up-class";

/** Options of all commands; each declares those that it has. */
export interface ClassOptions {
  roster: string;
  only?: string[];
  parallel: number;
  dryRun?: boolean;
  force?: boolean;
  yes?: boolean;
  out?: string;
}

/** What a command is to do, read before it waits for another one. */
interface Request {
  readonly options: ClassOptions;
  readonly students: readonly Student[];
  /** Ids of the students that the command is about. */
  readonly selected: readonly string[];
}

/** @throws Error with everything that is wrong with the roster and the selection */
function requestOf(name: keyof typeof classCommands, options: ClassOptions): Request {
  if (name === "reset" && options.only === undefined) {
    throw new NotStarted("reset needs --only: name the student whose lab is to be created again");
  }
  if (name === "revoke" && options.only === undefined) {
    throw new NotStarted("revoke needs --only: whose kubeconfig is to be refused");
  }
  const students = readRoster(options.roster);
  // `down` also knows students who have left the roster: it selects once it has seen which stacks there are.
  const selected = name === "down" ? [] : selectionOf(students, options.only);
  return { options, students, selected };
}

type ClassCommand = (request: Request) => Promise<boolean>;

/** What each word of the command line does. Each returns whether all went well, and throws if nothing was started. */
export const classCommands = {
  up: async (request) => {
    const { options, selected } = request;
    if (options.dryRun === true) return plan(request, "up", ["base", ...selected]);
    await prepareAll();
    const context = await open(request);
    return report(await finishing(() => upClass(context, { force: options.force === true })));
  },

  preview: async (request) => {
    await prepareEngine();
    const context = await open(request);
    const found = await finishing(() => previewClass(context));
    await removeStateIfEmpty();
    const { outcomes, changes, room, schedules } = found;
    print({ outcomes, changes: Object.fromEntries(changes), schedules, ...room }, () => previewText(found));
    return nothingInTheWay(found);
  },

  status: async (request) => {
    await requireEngine();
    const [found, stored, schedule] = await Promise.all([
      statusOfClass(await open(request)),
      etcdBytes(clusterConfig),
      findBackupSchedule(clusterConfig, stackName),
    ]);
    const alarm = schedule && backupAlarm(schedule);
    const labs = found.filter(({ student, stack }) => student !== "base" && stack !== null);
    const names = labs.map(({ student }) => studentStackOf(stackName, student));
    const missing = schedule && missingLabs(schedule, names);
    const backups = schedule && { ...schedule, alarm: alarm ?? null, missing: missing ?? null };
    const alarms = [stored === undefined ? undefined : etcdAlarm(stored), alarm, missing];
    print({ class: stackName, students: found, etcdBytes: stored ?? null, backups: backups ?? null }, () =>
      [statusText(found), ...alarms.flatMap((each) => (each === undefined ? [] : [warningOf(each)]))].join(
        "\n\n",
      ),
    );
    return found.every(isUp);
  },

  reset: async (request) => {
    const { options, selected } = request;
    if (options.dryRun === true) return plan(request, "reset", selected);
    await requireEngine();
    await answeringCluster();
    await confirm(`Delete all data of ${selected.join(", ")}, and begin again?`, options.yes);
    const context = await open(request);
    return report(await finishing(() => resetClass(context)));
  },

  revoke: async (request) => {
    const { options, selected } = request;
    if (options.dryRun === true) return plan(request, "revoke", selected);
    await requireEngine();
    await answeringCluster();
    const context = await open(request);
    return report(await finishing(() => revokeClass(context)));
  },

  down: async (request) => {
    const { options, students } = request;
    await requireEngine();
    const everyone = await open(request);
    const present = studentsWithStack(everyone, await everyone.runner.stacks());
    const selected = selectionOf(students, options.only, present);
    const all = options.only === undefined ? [...selected, "base"] : selected;
    if (options.dryRun === true) return plan({ ...request, selected }, "down", all);
    await answeringCluster();
    const staying = all.filter((name) => isToStay(everyone, name));
    const but = staying.length === 0 ? "" : ` but that of ${staying.join(", ")}, which keepData keeps`;
    await confirm(`Delete ${all.join(", ")} with all data${but}?`, options.yes);
    const outcomes = await finishing(() => downClass({ ...everyone, selected }));
    await removeStateIfEmpty();
    return report(outcomes);
  },

  outputs: async (request) => {
    const { options, selected } = request;
    const folder = options.out ?? "class-pages";
    if (options.dryRun === true) {
      const pages = selected.map((student) => join(folder, `${student}.md`));
      print({ pages }, () => pages.join("\n"));
      return true;
    }
    await requireEngine();
    return report(await writePages(await open(request), folder));
  },
} as const satisfies Record<string, ClassCommand>;

/** Commands that write nothing to the lab's folders, and so need not wait for others. */
const LOOKS: readonly string[] = ["status", "outputs"] satisfies (keyof typeof classCommands)[];

/**
 * Runs a command of a class. Its exit code is 0 if all went well.
 *
 * @throws NotStarted if nothing was started; Failed if the engine or the cluster could not be put in place
 */
export async function classCommand(name: keyof typeof classCommands, options: ClassOptions): Promise<void> {
  const request = await beforeStart(() => requestOf(name, options));
  const work = async (): Promise<void> => {
    process.exitCode = (await beforeStart(() => classCommands[name](request))) ? 0 : 1;
  };
  await withLockUnless(LOOKS.includes(name) || options.dryRun, work);
}

function open({ options, students, selected }: Request): Promise<ClassContext> {
  const { parallel, only } = options;
  const rest = { parallel, silent: isJson(), signal: interruption };
  return openClass({ students, selected, only: only !== undefined, ...rest });
}

/** What looks at stacks needs what has made them. */
async function requireEngine(): Promise<void> {
  if (hasState() && (await engineIsReady())) return;
  throw new Error("no class has been brought up from here yet\n  remedy: npm run class -- up --roster FILE");
}

const hasState = (): boolean => !ownsState() || existsSync(backendFolder);

/** What a command would do with a stack, in words. */
const PLANNED = {
  up: { present: "update", missing: "create" },
  reset: { present: "destroy and create", missing: "create" },
  revoke: { present: "end access", missing: "fail, without a stack" },
  down: { present: "destroy", missing: "look for what is left" },
} as const;

/** Says what would be done, and does nothing. */
async function plan(
  request: Request,
  verb: keyof typeof PLANNED,
  names: readonly string[],
): Promise<boolean> {
  const known = hasState() && engineIsInstalled();
  const stacks = known ? await (await open(request)).runner.stacks() : [];
  const steps = names.map((student) => {
    const stack = student === "base" ? baseStackOf(stackName) : studentStackOf(stackName, student);
    const exists = stacks.includes(stack);
    const { present, missing } = PLANNED[verb];
    return { student, stack, action: exists ? present : missing };
  });
  print({ dryRun: true, steps }, () =>
    steps.map(({ stack, action }) => `would ${action}: ${stack}`).join("\n"),
  );
  return true;
}

function report(outcomes: readonly Outcome[]): boolean {
  print({ class: stackName, outcomes }, () => summaryTable(outcomes));
  return allDone(outcomes);
}

function print(document: unknown, text: () => string): void {
  tellData(document);
  console.log(`\n${text()}`);
}
