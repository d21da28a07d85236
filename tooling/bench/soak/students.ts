import type { KubeConfig } from "@kubernetes/client-node";
import pMap from "p-map";
import { clusterConfig, requireAnswer } from "../../engine/cluster-access";
import { stackName } from "../../engine/stack/stack-settings";
import { podAccess } from "../../live/addresses/port-forward";
import { reach } from "../../live/addresses/reach";
import { clusterOf, configFrom } from "../../live/api-clients";
import { Argo } from "../../live/workflows/argo";
import { beforeStart, errorOf, NotStarted } from "../../support/errors";
import { readyPods } from "../../verify/isolation/students/targets";
import { studentsOf, studentStack } from "../../verify/isolation/students/stacks";
import type { StudentStack } from "../../verify/isolation/students/student";
import { TrainingRuns } from "../../verify/runs/training-runs";
import { type LabParts, partsOf } from "../../verify/suite/lab-parts";
import { FaultRuns } from "../faults/runs";

/** Students who train at the same time where nothing is tried: a small machine takes no more. */
export const AT_A_TIME = 2;

/** What all students of a soak have in common. */
export interface Soaking {
  /** Of the soak: eight hexadecimal digits. */
  readonly id: string;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A student of the class, and the ways to what is the student's. */
export interface SoakStudent {
  readonly name: string;
  /** With the rights of whoever stood up the class. */
  readonly lab: LabParts;
  /** With the student's own kubeconfig. */
  readonly argo: Argo;
  /** Runs by the student, which are removed by whoever stood up the class. */
  readonly runs: FaultRuns;
  /** Ends the port-forwards. */
  readonly close: () => Promise<void>;
}

/**
 * The students of the class that GOURMETGRAM_STACK names. Where nothing serves in a student's staging yet, the student
 * trains first: a fault can take staging away only where something serves.
 *
 * @param count How many of them. @default all
 * @throws NotStarted if there is no cluster, or the class has fewer; Error if one cannot be reached, or the first training fails
 */
export async function openStudents(count: number | undefined, soaking: Soaking): Promise<SoakStudent[]> {
  const { config, known } = await beforeStart(async () => {
    const found = await clusterConfig();
    await requireAnswer(found);
    return { config: found, known: await studentsOf(stackName) };
  });
  const wanted = count ?? known.length;
  if (known.length === 0 || known.length < wanted)
    throw new NotStarted(
      `the class ${stackName} has ${known.length} students, and the soak takes ${count ?? "one or more"}\n` +
        "  remedy: npm run class -- up --roster FILE, or fewer with --students",
    );
  const open = async (name: string): Promise<SoakStudent> =>
    openStudent(await studentStack(stackName, name), config, soaking);
  const opened = await pMap(known.slice(0, wanted), (name) => open(name).catch(errorOf), {
    concurrency: AT_A_TIME,
  });
  const students = opened.filter((each): each is SoakStudent => !(each instanceof Error));
  const failed = opened.find((each) => each instanceof Error);
  if (failed === undefined) return students;
  for (const { close } of students) await close();
  throw failed;
}

async function openStudent(stack: StudentStack, config: KubeConfig, soaking: Soaking): Promise<SoakStudent> {
  const { namespace, deployment } = stack.outputs.staging;
  const serving = await readyPods(clusterOf(config).core, namespace, deployment);
  if (serving.length === 0) {
    const before = await reachStudent(stack, config, soaking, ["mlflow"]);
    try {
      soaking.report(`nothing serves in the staging of ${stack.name} yet`);
      const problems = await before.runs.next();
      if (problems.length > 0) throw new Error(`${stack.name}: ${problems.join("; ")}`);
    } finally {
      await before.runs.remove();
      await before.close();
    }
  }
  return reachStudent(stack, config, soaking, ["mlflow", "staging"]);
}

async function reachStudent(
  { name, outputs: given, kubeconfig }: StudentStack,
  config: KubeConfig,
  { id, report, signal }: Soaking,
  places: readonly ("mlflow" | "staging")[],
): Promise<SoakStudent> {
  const access = () => Promise.resolve(podAccess(config));
  const { outputs, close } = await reach(given, places, {
    access,
    notice: () => undefined,
    // All students have the same addresses, and at these another one's port-forward may answer.
    answers: () => Promise.resolve(false),
  });
  const lab = { id, ...partsOf(outputs, config) };
  const argo = new Argo(clusterOf(configFrom(kubeconfig)), outputs.namespace);
  const told = (line: string): void => report(`${name}: ${line}`);
  const runs = new FaultRuns({ ...lab, argo, runs: new TrainingRuns(lab) }, told, signal);
  return { name, lab, argo, runs, close };
}
