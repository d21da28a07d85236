import type { Tag } from "../expressions/tags";
import type { Template } from "./workflow-object";

/**
 * Whether Argo may have the value of a reference when it looks at a template before the run: parameters of the workflow,
 * and inputs of the templates that it begins and ends with. For all others it puts in placeholders.
 */
export function mayHaveValueBefore({ text, expression }: Tag, { name, home }: Template): boolean {
  // An inline template has the inputs of what is around it.
  const isFirst =
    name === undefined || ["entrypoint", "onExit"].some((key) => home.spec.at(key).text === name);
  return (
    expression || text.startsWith("workflow.parameters") || (isFirst && text.startsWith("inputs.parameters"))
  );
}
