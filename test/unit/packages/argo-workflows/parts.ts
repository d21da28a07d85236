import {
  type Template,
  type WorkflowTemplateManifest,
  container,
  fromFile,
  workflowTemplate,
} from "../../../../packages/argo-workflows";

const RESOURCES = { requests: { cpu: "1", memory: "1Mi" }, limits: { cpu: "1", memory: "1Mi" } };
// Every container's last words become the step's message.
export const TELLS_WHY = { terminationMessagePolicy: "FallbackToLogsOnError" };
export const PROGRAM = { image: "registry/image", command: ["run"], resources: RESOURCES };

/** A template without inputs whose output `version` is empty if it is missing. */
export const producer = container("producer", {
  outputs: { version: fromFile("/out/version", { default: "" }), report: fromFile("/out/report") },
  container: () => PROGRAM,
});

/** A template with one input that must be given and one that may. */
export const consumer = container("consumer", {
  inputs: { version: {}, mode: { default: "fast", enum: ["fast", "slow"] } },
  container: ({ version, mode }) => ({ ...PROGRAM, args: [version, mode] }),
});

/** The manifest of a workflow that starts with a template. */
export function manifestOf(entrypoint: Template): WorkflowTemplateManifest {
  return workflowTemplate("workflow", {
    description: "A workflow.",
    serviceAccountName: "account",
    entrypoint: () => entrypoint,
  }).manifest();
}
