import type { Case } from "./workflow-collection";

/** An object of the Kubernetes API. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: Plain;
}

type Plain = Record<string, unknown>;

/** What the workflows need to run in a namespace whose pods are restricted. */
export interface LivePlace {
  /** Where the run is. */
  readonly namespace: string;
  /** Stands for all namespaces of a case in which its run is not. */
  readonly elsewhere: string;
  /** Begins the names; small letters and digits, because conditions of the collection hold a run's name. */
  readonly prefix: string;
  readonly labels: Readonly<Record<string, string>>;
  /** An image with `sh` and `true`. */
  readonly image: string;
  readonly serviceAccountName: string;
  readonly imagePullSecrets: readonly { readonly name: string }[];
}

const RUNS = ["Workflow", "CronWorkflow"];

/**
 * The objects of a case for a cluster: with names that no other case has, and the containers with an image that the
 * cluster has. What runs becomes a run of a WorkflowTemplate, because the lab's Argo admits no other.
 *
 * @returns the WorkflowTemplates, and the one run or schedule
 */
export function liveObjects({ objects }: Case, place: LivePlace): { templates: ApiObject[]; run: ApiObject } {
  const { prefix, labels } = place;
  const text = JSON.stringify(objects);
  const given = objects as unknown as readonly ApiObject[];
  const home = given.find(({ kind }) => RUNS.includes(kind))?.metadata.namespace;
  const made = given.map(({ apiVersion, kind, metadata, spec }): ApiObject => {
    const name = RUNS.includes(kind) ? prefix : `${prefix}${metadata.name}`;
    const namespace = metadata.namespace === home ? place.namespace : place.elsewhere;
    return {
      apiVersion,
      kind,
      metadata: { name, namespace, labels },
      spec: fitted(spec, place, text) as Plain,
    };
  });
  const [run, ...others] = made.filter(({ kind }) => RUNS.includes(kind));
  if (run === undefined || others.length > 0)
    throw new Error("a case for a live Argo has one Workflow or CronWorkflow");
  const templates = made
    .filter((each) => each !== run)
    .map((each) => ({ ...each, spec: withPod(each.spec, place) }));
  const { workflowSpec, ...schedule } = run.spec;
  const isSchedule = run.kind === "CronWorkflow";
  const spec = isSchedule ? (workflowSpec as Plain) : run.spec;
  const needsTemplate = spec["workflowTemplateRef"] === undefined;
  const template = { ...run, kind: "WorkflowTemplate", spec: withPod(spec, place) };
  const ran = needsTemplate ? { workflowTemplateRef: { name: prefix } } : spec;
  return {
    templates: needsTemplate ? [...templates, template] : templates,
    run: {
      ...run,
      spec: isSchedule ? { ...schedule, workflowMetadata: { labels }, workflowSpec: ran } : ran,
    },
  };
}

function withPod(spec: Plain, { serviceAccountName, imagePullSecrets }: LivePlace): Plain {
  return {
    ...spec,
    serviceAccountName,
    imagePullSecrets,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}

/** The value with the names of this case, and with containers that the cluster runs. */
function fitted(value: unknown, place: LivePlace, text: string): unknown {
  if (Array.isArray(value)) return value.map((each) => fitted(each, place, text));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => {
    if (key === "container" || key === "script") return [key, container(member as Plain, key, place)];
    if (["templateRef", "workflowTemplateRef", "mutex"].includes(key))
      return [key, named(member as Plain, place)];
    if (key === "mutexes") return [key, (member as Plain[]).map((each) => named(each, place))];
    // The lab stores no artifacts, and most cases only carry one along. One that is wrong itself is never stored.
    if (key === "outputs" && !text.includes("outputs.artifacts")) {
      const { artifacts = [], ...rest } = member as Plain & { artifacts?: Plain[] };
      const wrong = artifacts.filter(isWrong);
      return [key, wrong.length === 0 ? rest : { ...rest, artifacts: wrong }];
    }
    return [key, fitted(member, place, text)];
  });
  return Object.fromEntries(entries);
}

/** Whether Argo refuses an output artifact by its path or its global name. */
const isWrong = ({ path, globalName }: Plain): boolean =>
  (typeof path === "string" && path.includes("/../")) ||
  (typeof globalName === "string" && globalName.includes("."));

function named(reference: Plain, { prefix }: LivePlace): Plain {
  const { name } = reference;
  return typeof name === "string" ? { ...reference, name: `${prefix}${name}` } : reference;
}

function container(given: Plain, kind: "container" | "script", { image }: LivePlace): Plain {
  return {
    command: kind === "script" ? ["sh"] : ["true"],
    ...given,
    image,
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
}
