import type { LabOutputs } from "../../../stacks";

/** The outputs that must be there, and what each is. The compiler sees to it that none is left out. */
const FORM: Readonly<Record<keyof LabOutputs, "string" | "object" | "object or null">> = {
  namespace: "string",
  mlflowUrl: "string",
  mlflowExternalUrl: "string",
  registry: "object",
  trainingImage: "object",
  workflowTemplates: "object",
  schedule: "object",
  argoServerUrl: "string",
  submitTraining: "string",
  rights: "object",
  workloads: "object",
  registeredModel: "object",
  staging: "object",
  appRepository: "object",
  trainRepository: "object or null",
  builder: "object",
  footprint: "object",
};

/**
 * The stack's outputs with their types.
 *
 * @param found What Pulumi printed.
 * @throws Error naming each output that is missing or of another form: the lab is not (wholly) up, or of another version
 */
export function labOutputs(found: Readonly<Record<string, unknown>>): LabOutputs {
  const wrong = Object.entries(FORM)
    .filter(([name, form]) =>
      found[name] === null ? form !== "object or null" : typeof found[name] !== form.split(" ")[0],
    )
    .map(([name]) => name);
  if (wrong.length > 0) {
    throw new Error(`the stack lacks the outputs ${wrong.join(", ")}\n  remedy: npm run up`);
  }
  return found as unknown as LabOutputs;
}
