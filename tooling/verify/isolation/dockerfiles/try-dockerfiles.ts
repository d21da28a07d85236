/** Pushes Dockerfiles with intent to a student's training code, and looks at what their builds come to. */
import { BUILDKIT } from "../../../../components/builder";
import { bytesOf } from "../../../../components/kubernetes";
import type { Cluster } from "../../../live/api-clients";
import { Argo } from "../../../live/workflows/argo";
import type { Family } from "../../../live/workflows/family";
import { logOf } from "../../../live/runs/logs";
import { failedSteps, stepsOf } from "../../../live/runs/run-steps";
import { Checkout } from "../../clients/git";
import { hasStarted, pushRun } from "../../events/pushing";
import { startBuilder } from "../../pods/running-builder";
import { identityOf, type PushWork, removeRun } from "../pushes/pushes";
import type { Pusher } from "../pushes/ways";
import type { Shared } from "../students/student";
import { hostileDockerfiles, type SeenBuild } from "./hostile";

/** The step of a training that builds the image of a commit. */
const STEP = "training-image";
/** Enough of a build's log for what its steps have printed. */
const LINES = 400;

/**
 * Nothing where the registry is someone else's: BuildKit may reach that at every address then.
 *
 * @param fillsDisk Whether one of them fills its disk, which takes until kubelet looks at it: two to three minutes.
 */
export async function tryDockerfiles(
  own: Pusher,
  other: Pusher,
  shared: Shared,
  work: PushWork,
  fillsDisk: boolean,
): Promise<void> {
  const { registry } = shared;
  if (registry === undefined) return;
  const { cluster, id, signal, add } = work;
  const argo = new Argo(cluster, own.outputs.namespace);
  const disk = fillsDisk ? await diskOf(own.outputs.builder, cluster) : undefined;
  const all = hostileDockerfiles(own, other, { ...shared, registry }, disk);
  // That nobody reaches what does not run would prove nothing; the other's own builds have ended it.
  const stop = await startBuilder(other.outputs.builder, cluster, work);
  const branches: Record<string, string> = {};
  await Checkout.with(own.url, own.branch, async (checkout) => {
    const whole = await checkout.read("Dockerfile");
    for (const { name, text } of all) {
      branches[`verify-${id}-${name}`] = await checkout.commit("Dockerfile", text(whole), `Try ${name}`);
    }
    try {
      const said = await checkout.pushAll(branches, identityOf(own));
      for (const { name, attempts } of all) {
        const commit = branches[`verify-${id}-${name}`] ?? "";
        const seen = hasStarted(said, commit) ? await buildOf(argo, commit, work) : undefined;
        for (const { attempt, answer } of attempts) {
          add(attempt, seen === undefined ? { kind: "failed", reason: said || "no run" } : answer(seen));
        }
      }
    } finally {
      for (const [branch, commit] of Object.entries(branches)) {
        await removeRun(argo, commit, id);
        await checkout.deleteBranch(branch, identityOf(own)).catch(() => undefined);
      }
      await stop();
    }
  });
  signal.throwIfAborted();
}

/** Bytes that a BuildKit may write on its node, by its Deployment. */
async function diskOf(
  { namespace }: Pusher["outputs"]["builder"],
  { apps }: Pick<Cluster, "apps">,
): Promise<number> {
  const { spec } = await apps.readNamespacedDeployment({ namespace, name: BUILDKIT });
  const limits = spec?.template.spec?.containers.map(({ resources }) => resources?.limits ?? {}) ?? [];
  const disk = limits.flatMap((each) => each["ephemeral-storage"] ?? [])[0];
  if (disk === undefined) throw new Error(`${BUILDKIT} in ${namespace} has no limit of ephemeral-storage`);
  return bytesOf(disk);
}

/** Waits for the end of a commit's run, which its build comes before. */
async function buildOf(argo: Argo, commit: string, { cluster, signal }: PushWork): Promise<SeenBuild> {
  const over = new AbortController();
  let family: Family | undefined;
  try {
    // What trains after a build that went through proves nothing more.
    await argo.follow(
      pushRun(commit),
      (now) => {
        family = now;
        if (stepsOf(now.run).some(({ name, phase }) => name === STEP && phase === "Succeeded")) over.abort();
      },
      AbortSignal.any([signal, over.signal]),
    );
  } catch (error) {
    if (!over.signal.aborted) throw error;
  }
  if (family === undefined) throw new Error(`there is no run ${pushRun(commit)}`);
  const step = stepsOf(family.run).find(({ name }) => name === STEP);
  if (step === undefined) throw new Error(`${pushRun(commit)} has no step ${STEP}`);
  const failed = failedSteps(family).find(({ name }) => name === STEP);
  const log = await logOf(cluster.core, family.run, step.node, LINES);
  return { failure: failed === undefined ? undefined : (failed.message ?? "no message"), log };
}
