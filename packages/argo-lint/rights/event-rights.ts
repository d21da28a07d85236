import { Node } from "../objects/node";
import { literal } from "../expressions/tags";
import type { Need } from "./rights";

const GROUP = { apiGroup: "argoproj.io" };

/**
 * What an account needs to be allowed to do for Argo's server to start runs with it when events come: the server lists
 * the bindings, reads the template of each that takes the event, and creates the run.
 *
 * @param bindings Plain objects of the kind WorkflowEventBinding.
 * @param serviceAccount Name of the account of the sender.
 */
export function rightsOfEvents(bindings: readonly unknown[], serviceAccount: string): Need[] {
  return bindings.flatMap((binding) => {
    const node = new Node(binding);
    const neededBy = `WorkflowEventBinding/${literal(node.in("metadata", "name")) ?? "?"}`;
    const submit = node.in("spec", "submit");
    const list = { ...GROUP, serviceAccount, resource: "workfloweventbindings", verb: "list", neededBy };
    if (!submit.exists) return [list];
    const template = literal(submit.in("workflowTemplateRef", "name"));
    const cluster = submit.in("workflowTemplateRef", "clusterScope").value === true;
    return [
      list,
      {
        ...GROUP,
        serviceAccount,
        resource: cluster ? "clusterworkflowtemplates" : "workflowtemplates",
        ...(template === undefined ? {} : { resourceName: template }),
        verb: "get",
        neededBy,
      },
      { ...GROUP, serviceAccount, resource: "workflows", verb: "create", neededBy },
    ];
  });
}
