/** Which Workflows students' accounts may write. */
import { arePlain, either, flag, oneOf, record, text, unchanged } from "./cel";
import { PARAMETER_SIZE, parameters, parametersArePlain, PARAMETERS, sizeOf } from "./outputs";
import { METADATA_RULES, NOW_AND_BEFORE, type Policy } from "./policy";
import { STATUS_KEPT } from "./workflow-status";

/**
 * What a run made from a template may say. `argo submit`, Argo's page, the step that starts a build, a push to the
 * repository and `resubmit` write no more than this. Locks, priorities, accounts and pods are the template's business.
 */
const spec = record({
  workflowTemplateRef: record({ name: text(253), clusterScope: flag }),
  arguments: record({ parameters }),
  entrypoint: text(253),
  shutdown: oneOf("", "Stop", "Terminate"),
  suspend: flag,
});

/** The sum of all values, which bounds 200 stored runs of a student to a few megabytes. */
const MOST_ARGUMENTS = 16_384;

/** The status, and what it was before. */
const status = "variables.status";

/** Argo itself sets and removes these; what has one that it did not set is overlooked or taken for something else. */
const OWN_LABELS = ["phase", "completed", "workflow-archiving-status", "controller-instanceid"];

const specKept = '(request.operation != "CREATE" && variables.spec == variables.specBefore)';
const given = "variables.spec.?arguments.?parameters.orValue([])";

const isLabel = (name: string): string => `key == "workflows.argoproj.io/${name}"`;

/** The rules for Workflows. Whoever may write one could otherwise write which templates it has already stored. */
export const WORKFLOW_POLICY: Policy = {
  name: "gourmetgram-student-workflows",
  apiGroup: "argoproj.io",
  resource: "workflows",
  operations: ["CREATE", "UPDATE"],
  of: "students' accounts",
  variables: {
    ...NOW_AND_BEFORE,
    status: "variables.now.?status.orValue({})",
    statusBefore: "variables.before.?status.orValue({})",
    spec: "variables.now.?spec.orValue({})",
    specBefore: "variables.before.?spec.orValue({})",
    labels: "variables.now.metadata.?labels.orValue({})",
    labelsBefore: "variables.before.?metadata.?labels.orValue({})",
  },
  rules: [
    ...METADATA_RULES,
    {
      // Clients in Go write a status of two times that are null. Argo's programs add copies of the templates to it, which
      // the API server has dropped before; where Argo existed before the class, those of the run's own template pass.
      expression:
        `request.operation != "CREATE" || ${status}.all(member, ${status}[member] == null || (member == "storedTemplates" && ` +
        `${status}[member].all(each, each.startsWith("namespaced/" + variables.spec.?workflowTemplateRef.?name.orValue("") + "/"))))`,
      message:
        "a new run has a status: Argo would take it for its own and run what it says it has stored; leave out status (`argo resubmit --memoized` writes one: resubmit without it, or use `argo retry`)",
    },
    {
      expression: `request.operation == "CREATE" || (${STATUS_KEPT})`,
      message:
        "the status is changed beyond what stop, retry and resume change: stored templates, locks, volumes and the nodes' inputs are Argo's; leave them as they are, and use argo of the same version as the controller",
    },
    {
      expression: `variables.labels.all(key, !(${OWN_LABELS.map(isLabel).join(" || ")}) || ${unchanged("key", "variables.labels", "variables.labelsBefore")} || (request.operation != "CREATE" && ${isLabel("phase")} && variables.labels[key] == "Running"))`,
      message: `one of the labels workflows.argoproj.io/${OWN_LABELS.join(", ")} is set: Argo sets them, and overlooks a run that has them already; leave it out`,
    },
    {
      expression: `${either(spec)("variables.spec", "s")} || ${specKept}`,
      message: `the spec has more than a run of a template needs, or of another type: workflowTemplateRef, arguments.parameters with name and value (at most ${PARAMETERS} of ${PARAMETER_SIZE} characters), entrypoint, shutdown and suspend; the rest is in the template`,
    },
    {
      expression: `request.operation != "CREATE" || (type(variables.spec) == map && "workflowTemplateRef" in variables.spec)`,
      message:
        "the run names no template: students' runs are made from the templates of their namespace; use argo submit --from workflowtemplate/NAME",
    },
    {
      expression: `(${arePlain('[variables.spec.?entrypoint.orValue("")]')} && ${parametersArePlain(given)}) || ${specKept}`,
      message:
        "its entrypoint or a parameter has two opening braces, or ends in one: Argo would paste something in there, or evaluate it, for the whole class; leave the braces out, or put the text into a file",
    },
    {
      expression: `${sizeOf(given)} <= ${MOST_ARGUMENTS} || ${specKept}`,
      message: `its parameters have more than ${MOST_ARGUMENTS} characters together; keep data in a file or in MLflow, and pass its name`,
    },
    {
      expression: `request.operation != "CREATE" || !variables.now.metadata.?name.orValue("").matches("-[0-9]{9,}$")`,
      message:
        "its name ends in a time, as those of scheduled runs do, by which Argo finds pods in all namespaces; choose another name",
    },
  ],
};
