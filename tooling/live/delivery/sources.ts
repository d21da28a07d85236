import type { AppsV1Api, CoreV1Api } from "@kubernetes/client-node";
import { within } from "../../../components/kubernetes";
import type { LabOutputs } from "../../../stacks";
import { messageOf } from "../../support/errors";
import { type Cluster, reasonOf, statusOf } from "../api-clients";
import type { PlaceName } from "../addresses/places";
import { podAccess } from "../addresses/port-forward";
import { answersAt, reach, type Reached } from "../addresses/reach";
import { portOf } from "../addresses/service";
import { Mlflow } from "../services/mlflow";
import { StagingService } from "../services/staging-service";
import { Argo } from "../workflows/argo";

/** What of MLflow is asked about a delivery. */
export type ModelRegistry = Pick<Mlflow, "aliases" | "newestVersion" | "version" | "runTags">;

/** Who is asked about a delivery. Each may fail without the others. */
export interface DeliverySources {
  readonly argo: () => Promise<Pick<Argo, "workflows">>;
  readonly mlflow: () => Promise<ModelRegistry>;
  readonly staging: () => Promise<Pick<StagingService, "version">>;
  readonly cluster: () => Promise<{
    readonly apps: Pick<AppsV1Api, "readNamespacedDeployment">;
    readonly core: Pick<CoreV1Api, "listNamespacedPod">;
  }>;
}

/** One of them did not answer, which is not the same as that it has nothing. */
export interface Unanswered {
  readonly part: "argo" | "mlflow" | "staging";
  /** One line, with a remedy where there is one. */
  readonly reason: string;
}

/** An answer, or why there is none. */
export type Asked<T> =
  { readonly answered: true; readonly value: T } | { readonly answered: false; readonly why: Unanswered };

/** Those of the questions that were not answered. */
export const unansweredOf = (questions: readonly Asked<unknown>[]): Unanswered[] =>
  questions.flatMap((each) => (each.answered ? [] : [each.why]));

/** Seconds that one of them has to answer. */
const PATIENCE = 15;

/** Asks one of them. */
export async function ask<T>(part: Unanswered["part"], question: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { answered: true, value: await within(PATIENCE, question()) };
  } catch (error) {
    const reason = statusOf(error) === undefined ? messageOf(error) : reasonOf(error);
    return { answered: false, why: { part, reason: reason.replace(/\s*\n\s*/g, " ") } };
  }
}

/** What is asked about a lab that is up, however it is reached. */
export interface OpenSources extends DeliverySources {
  /** Ends the port-forwards that were needed. */
  readonly close: () => Promise<void>;
}

/**
 * The lab's own Argo, MLflow and staging.
 *
 * @param cluster Throws if the API server does not answer.
 */
export function openSources(outputs: LabOutputs, cluster: () => Promise<Cluster>): OpenSources {
  const ways: Promise<Reached>[] = [];
  const outputsBy = async (name: PlaceName): Promise<LabOutputs> => {
    const way = reach(outputs, [name], {
      access: async () => podAccess((await cluster()).config),
      notice: () => undefined,
      answers: (url) => (isForward(url) ? Promise.resolve(false) : answersAt(url)),
    });
    ways.push(way);
    return (await way).outputs;
  };
  const mlflow = once(async () => new Mlflow((await outputsBy("mlflow")).mlflowExternalUrl));
  const staging = once(async () => new StagingService((await outputsBy("staging")).staging.externalUrl));
  return {
    argo: async () => new Argo(await cluster(), outputs.namespace),
    mlflow,
    staging,
    cluster,
    close: async () => {
      const opened = await Promise.allSettled(ways);
      await Promise.all(opened.flatMap((way) => (way.status === "fulfilled" ? [way.value.close()] : [])));
    },
  };
}

/** Does it at the first call, and gives the same answer to all. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= work());
}

/**
 * Whether an address is that of a port-forward, as a service without a node port has it: what answers there may be
 * that of another lab, or something else altogether.
 */
const isForward = (url: string): boolean =>
  ["localhost", "127.0.0.1"].includes(new URL(url).hostname) && portOf(url) < 30_000;
