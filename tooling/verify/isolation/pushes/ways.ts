/** The ways to what a push goes through: the students' git servers, and Argo's server. */
import type { Cluster } from "../../../live/api-clients";
import { type Forward, forward, podAccess } from "../../../live/addresses/port-forward";
import { reach } from "../../../live/addresses/reach";
import { serviceOf } from "../../../live/addresses/service";
import type { Student } from "../students/student";

/** A student, with a way to the own git server. */
export interface Pusher extends Student {
  /** Address of the training code, by a port-forward. */
  readonly url: string;
  /** The branch that people push to. */
  readonly branch: string;
  readonly pushPassword: string;
}

/** What is open. */
export interface Ways {
  /** The students who have a git server. */
  readonly pushers: readonly Pusher[];
  /** Argo's server, from this machine. */
  readonly argoServerUrl: string;
  readonly close: () => Promise<void>;
}

/**
 * Opens a way to each student's git server, and one to Argo's server. They are the cluster's: the Kubernetes client opens
 * port-forwards by a request that students may not make, and that kubectl goes without.
 *
 * @throws Error if one of them cannot be reached
 */
export async function openWays(students: readonly Student[], cluster: Cluster): Promise<Ways> {
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(closing.map((each) => each()));
  };
  try {
    const access = podAccess(cluster.config);
    const pushers: Pusher[] = [];
    for (const student of students) {
      const { trainRepository } = student.outputs;
      const { pushPassword } = student;
      const service = trainRepository === null ? undefined : serviceOf(trainRepository.url);
      if (trainRepository === null || service === undefined || pushPassword === null) continue;
      // Any port: the students' addresses are the same ones.
      const opened: Forward = await forward(access, service, 0, () => undefined);
      closing.push(opened.close);
      const { pathname } = new URL(trainRepository.url);
      const url = `http://localhost:${opened.port}${pathname}`;
      pushers.push({ ...student, url, branch: trainRepository.branch, pushPassword });
    }
    const [first] = students;
    if (first === undefined) throw new Error("there are no students");
    const { outputs, close: closeArgo } = await reach(first.outputs, ["argo"], {
      access: () => Promise.resolve(access),
      notice: () => undefined,
    });
    closing.push(closeArgo);
    return { pushers, argoServerUrl: outputs.argoServerUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}
