import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import type { Changes, Outputs } from "./stack-runner";

const VERBS: Partial<Record<OpType, string>> = {
  same: "checking",
  create: "creating",
  "create-replacement": "creating again",
  update: "updating",
  replace: "replacing",
  delete: "deleting",
  "delete-replaced": "deleting the old",
  read: "reading",
  refresh: "reading",
};

/** What is kept of the engine's events while a command runs. */
export class EngineEvents {
  changes: Changes = {};
  /** The outputs of the stack itself. */
  outputs: Outputs = {};
  private readonly errors: string[] = [];

  constructor(private readonly step: (text: string) => void) {}

  readonly take = (event: EngineEvent): void => {
    const text = stepOf(event);
    if (text !== undefined) this.step(text);
    if (event.summaryEvent !== undefined) this.changes = { ...event.summaryEvent.resourceChanges };
    const done = event.resOutputsEvent?.metadata;
    if (done?.type === "pulumi:pulumi:Stack") this.outputs = outputsOf(done.new);
    const { diagnosticEvent: told, policyEvent: rule } = event;
    if (told?.severity === "error") this.error(told.message);
    if (rule?.enforcementLevel === "mandatory") this.error(`policy ${rule.policyName}: ${rule.message}`);
  };

  private error(message: string): void {
    const plain = message.replace(/<\{%.*?%\}>/g, "").trim();
    if (plain !== "" && !this.errors.includes(plain)) this.errors.push(plain);
  }

  /** What the engine gave as the reason of its failure; undefined if it gave none. */
  get reason(): string | undefined {
    // "update failed" comes with every failure of something else.
    const telling = this.errors.filter((each) => !/^(?:update|preview|destroy) failed$/.test(each));
    const shown = telling.length > 0 ? telling : this.errors;
    return shown.length === 0 ? undefined : shown.join("\n").split("\n").slice(0, 15).join("\n");
  }
}

/** What the engine begins to do, for people; undefined where it is not about a resource. */
export function stepOf(event: EngineEvent): string | undefined {
  const metadata = event.resourcePreEvent?.metadata;
  if (metadata === undefined) return undefined;
  const kind = metadata.type.split(":").at(-1) ?? metadata.type;
  const name = metadata.urn.split("::").at(-1) ?? metadata.urn;
  return `${VERBS[metadata.op] ?? metadata.op} ${kind} ${name}`;
}

function outputsOf(state: unknown): Outputs {
  return (state as { outputs?: Outputs } | undefined)?.outputs ?? {};
}
