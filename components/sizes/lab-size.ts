/** The size of one lab: requests and limits of each of its pods. */

/** Cores and memory, as Kubernetes quantities. */
export type Quantities = { readonly cpu: string; readonly memory: string };

/** Requests and limits of a container. */
export type Resources = {
  /** What is reserved for it on its node. */
  readonly requests: Quantities;
  /** What it may use at most. */
  readonly limits: Quantities;
};

export type SizeName = "small" | "medium" | "large";

/** What each pod of a lab is given. */
export interface LabSize {
  readonly mlflow: { readonly server: Resources; readonly prepareDatabase: Resources };
  readonly postgres: Resources;
  readonly gitServer: { readonly server: Resources; readonly seed: Resources };
  /** The application in staging. Its limits are the same in all sizes: a failure lesson needs more on purpose. */
  readonly staging: Resources;
  /** The step that trains. The pipeline's other steps are small, and the same in all sizes. */
  readonly training: Resources;
  /**
   * How many training runs, each with its build, have room in a student's namespace at the same time. The lab's own
   * template holds a mutex and runs once at a time: the rest is for builds and templates beside it.
   */
  readonly runsAtOnce: number;
}

/** All sizes. The default is `medium`. */
export const SIZES: Readonly<Record<SizeName, LabSize>> = {
  /**
   * For many students on one cluster, who are idle most of the time: MLflow then really has about 430 MiB, PostgreSQL
   * 40 to 60 and the git server 10, and none of them needs a core. The limits leave room for when they are not.
   */
  small: {
    mlflow: {
      server: resources("25m", "512Mi", "1", "1Gi"),
      prepareDatabase: resources("25m", "256Mi", "1", "512Mi"),
    },
    postgres: resources("15m", "96Mi", "1", "512Mi"),
    gitServer: {
      server: resources("10m", "32Mi", "500m", "256Mi"),
      seed: resources("10m", "32Mi", "500m", "128Mi"),
    },
    staging: resources("20m", "256Mi", "500m", "512Mi"),
    training: resources("250m", "1Gi", "1500m", "3Gi"),
    runsAtOnce: 1,
  },
  /** For one lab on a small machine. */
  medium: {
    mlflow: {
      server: resources("100m", "512Mi", "1", "1Gi"),
      prepareDatabase: resources("100m", "256Mi", "1", "512Mi"),
    },
    postgres: resources("50m", "128Mi", "1", "512Mi"),
    gitServer: {
      server: resources("50m", "32Mi", "500m", "256Mi"),
      seed: resources("50m", "32Mi", "500m", "128Mi"),
    },
    staging: resources("100m", "256Mi", "500m", "512Mi"),
    training: resources("500m", "1Gi", "2", "3Gi"),
    runsAtOnce: 2,
  },
  /** For a group that works on one lab together, with larger models and many experiments. */
  large: {
    mlflow: {
      server: resources("250m", "1Gi", "2", "2Gi"),
      prepareDatabase: resources("100m", "256Mi", "1", "512Mi"),
    },
    postgres: resources("100m", "256Mi", "2", "1Gi"),
    gitServer: {
      server: resources("50m", "64Mi", "1", "512Mi"),
      seed: resources("50m", "32Mi", "500m", "128Mi"),
    },
    staging: resources("100m", "256Mi", "500m", "512Mi"),
    training: resources("1", "2Gi", "4", "6Gi"),
    runsAtOnce: 4,
  },
};

/** The size with this name. @default medium */
export function sizeOf(name: SizeName = "medium"): LabSize {
  return SIZES[name];
}

function resources(
  requestedCpu: string,
  requestedMemory: string,
  mostCpu: string,
  mostMemory: string,
): Resources {
  return {
    requests: { cpu: requestedCpu, memory: requestedMemory },
    limits: { cpu: mostCpu, memory: mostMemory },
  };
}
