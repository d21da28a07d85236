/** A student of the class, as the tries need to know them. */
import type { LabOutputs } from "../../../../stacks";

/** What a student's stack gives. */
export interface StudentStack {
  /** The student's name. */
  readonly name: string;
  readonly outputs: LabOutputs;
  readonly kubeconfig: string;
  /** `null` where the registry is someone else's: it makes no difference between students. */
  readonly registryUser: { readonly username: string; readonly password: string } | null;
  /** With which the student pushes to the own git server; `null` where the repository is someone else's. */
  readonly pushPassword: string | null;
}

/** A service of a student, or of the cluster. */
export interface Service {
  /** As a line of the report calls it. */
  readonly what: string;
  /** Name inside the cluster. */
  readonly host: string;
  readonly port: number;
  /** IP addresses of the Service and of its pods. */
  readonly addresses: readonly string[];
}

/** A student with what was found of them in the cluster. */
export interface Student extends StudentStack {
  readonly services: {
    readonly mlflow: Service;
    /** Undefined where MLflow's database is someone else's. */
    readonly postgres: Service | undefined;
    /** Undefined where the application's repository is someone else's. */
    readonly git: Service | undefined;
    readonly application: Service;
  };
  /** BuildKit, which runs while this is tried. */
  readonly builder: Service;
  /** Name of MLflow's pod. */
  readonly mlflowPod: string;
  /** Name of one of the Secrets in the platform's namespace. */
  readonly secret: string;
  /** Image of the steps that build, with BuildKit's command line. */
  readonly pipelineImage: string;
  /** Digest of a blob in the student's repository; empty where the registry is someone else's. */
  readonly blob: string;
}

/** What all students have in common. */
export interface Shared {
  /** The registry as pods address it; undefined where it is someone else's. */
  readonly registry: { readonly host: string; readonly port: number } | undefined;
  /** Address of the Service of the API server. */
  readonly apiServer: string;
  /** Address of a node. */
  readonly node: string;
}

/** The services of a student, those that there are. */
export function servicesOf({ services }: Student): Service[] {
  const { mlflow, postgres, git, application } = services;
  return [mlflow, postgres, git, application].filter((service) => service !== undefined);
}
