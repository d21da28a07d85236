import { itemsOf, kindOf, type Props, propsOf, type Subject, textOf } from "./subject";

/** A container of a pod that a resource leads to. */
export interface Container {
  /** Where it stands, for the reader: `container "main" of template "train"`. */
  readonly where: string;
  readonly props: Props;
}

/** A pod that a resource is, makes, or has made by Argo. */
export interface PodPlan {
  /** Where it stands, for the reader; empty for a resource that leads to one kind of pod. */
  readonly where: string;
  /** A pod's specification; that of an Argo template has the parts that the rules look at. */
  readonly spec: Props;
  readonly containers: readonly Container[];
}

/** The pods that a resource leads to. */
export function podsOf(subject: Subject): PodPlan[] {
  const spec = propsOf(subject.props["spec"]);
  switch (kindOf(subject)) {
    case "Pod":
      return [pod("", spec)];
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
    case "ReplicaSet":
    case "ReplicationController":
    case "Job":
      return [pod("", templateOf(spec))];
    case "CronJob":
      return [pod("", templateOf(propsOf(propsOf(spec["jobTemplate"])["spec"])))];
    case "Workflow":
    case "WorkflowTemplate":
    case "ClusterWorkflowTemplate":
      return argoPods(spec);
    case "CronWorkflow":
      return argoPods(propsOf(spec["workflowSpec"]));
    default:
      return [];
  }
}

/** All containers of those pods. */
export const containersOf = (subject: Subject): Container[] =>
  podsOf(subject).flatMap(({ containers }) => containers);

const templateOf = (spec: Props): Props => propsOf(propsOf(spec["template"])["spec"]);

function pod(where: string, spec: Props): PodPlan {
  const containers = ["initContainers", "containers", "ephemeralContainers"].flatMap((field) =>
    itemsOf(spec[field]).map((item) => container(where, propsOf(item))),
  );
  return { where, spec, containers };
}

function container(where: string, props: Props): Container {
  // In an Argo template the main container needs no name.
  const name = `container "${textOf(props["name"] ?? "main")}"`;
  return { where: where === "" ? name : `${name} of ${where}`, props };
}

/** The pods of a workflow: one for each of its templates that has a program. */
function argoPods(workflow: Props): PodPlan[] {
  return itemsOf(workflow["templates"])
    .map(propsOf)
    .flatMap((template) => {
      const programs = [
        ...["container", "script"].flatMap((field) => (field in template ? [template[field]] : [])),
        ...itemsOf(propsOf(template["containerSet"])["containers"]),
      ];
      if (programs.length === 0) return [];
      const where = `template "${textOf(template["name"])}"`;
      const spec = {
        // A template's own settings stand in for the workflow's as a whole.
        securityContext: template["securityContext"] ?? workflow["securityContext"],
        volumes: [...itemsOf(workflow["volumes"]), ...itemsOf(template["volumes"])],
        hostNetwork: workflow["hostNetwork"],
        initContainers: template["initContainers"],
        containers: [...programs, ...itemsOf(template["sidecars"])],
      };
      return [pod(where, spec)];
    });
}
