/** What students' accounts may change of a run's status. */
import { arePlain, list, oneOf, record, scalar, text, time, type Type, unchanged } from "./cel";
import { PARAMETER_SIZE } from "./outputs";

const TEXT = text(1024);

/** The condition that a member may be changed so. `place` is unique, for bound names. */
type Change = (now: string, before: string, place: string) => string;

const to =
  (type: Type): Change =>
  (now, _before, place) =>
    type(now, place);

/** Some items of what the list was: a node with others in it could lead the controller in circles. */
const fewer: Change = (now, before, place) =>
  `(type(${now}) == list && size(${now}) <= size(${before}) && ${now}.all(item${place}, item${place} in ${before}))`;

/**
 * Members of the status that `retry` and `resume` change; each must stay readable for the controller. It unpacks
 * `compressedNodes`, of any size, into memory.
 */
const CHANGING_STATUS: Readonly<Record<string, Change>> = {
  phase: to(oneOf("", "Pending", "Running", "Succeeded", "Failed", "Error")),
  message: to(TEXT),
  startedAt: to(time),
  finishedAt: to(time),
  compressedNodes: to(oneOf("")),
  conditions: to(list(16, record({ type: text(64), status: text(64), message: TEXT }))),
};

/** Members of a node that they change. */
const CHANGING_NODE: Readonly<Record<string, Change>> = {
  phase: to(oneOf("", "Pending", "Running", "Succeeded", "Skipped", "Failed", "Error", "Omitted")),
  message: to(TEXT),
  startedAt: to(time),
  finishedAt: to(time),
  children: fewer,
  outboundNodes: fewer,
};

/** `shutdown` of the stored template is reset by `retry`, and nothing else of it. */
const STORED = "storedWorkflowTemplateSpec";

const status = "variables.status";
const statusBefore = "variables.statusBefore";

/** Every member of an object as it was, or one that may change and has its type. */
function changes(
  now: string,
  before: string,
  key: string,
  changing: Readonly<Record<string, Change>>,
): string {
  const types = Object.entries(changing).map(([name, change]) => {
    const member = `${now}[${JSON.stringify(name)}]`;
    return `(${key} == ${JSON.stringify(name)} && ${change(member, `${before}.?${name}.orValue([])`, key)})`;
  });
  return [unchanged(key, now, before), ...types].join(" || ");
}

const storedUnchanged =
  `(member == ${JSON.stringify(STORED)} && member in ${statusBefore} && type(${status}[member]) == map && ` +
  `${status}[member].all(each, ${unchanged("each", `${status}[member]`, `${statusBefore}[member]`)} || (each == "shutdown" && ${oneOf("", "Stop", "Terminate")(`${status}[member][each]`)})) && ` +
  `${statusBefore}[member].all(each, each == "shutdown" || each in ${status}[member]))`;

const nodesBefore = `${statusBefore}.?nodes.orValue({})`;
const node = `${status}.nodes[id]`;
const nodeBefore = `${statusBefore}.nodes[id]`;

const outputsNow = `${node}.outputs`;
const outputsBefore = `${nodeBefore}.?outputs.orValue({})`;
const questions = `${outputsBefore}.?parameters.orValue([])`;

/** Of a parameter: it has a value now, or waits for one again. */
const answer = [
  unchanged("part", "answer", "question"),
  `(part == "value" && ${scalar(PARAMETER_SIZE)("answer.value")} && ${arePlain("[string(answer.value)]")})`,
  '(part == "valueFrom" && answer.valueFrom == {"supplied": {}})',
].join(" || ");

/** Of a step that waits for a person: `node set` and `resume` give its outputs values, and `retry` takes them away. */
const answered = [
  'part == "outputs"',
  `${nodeBefore}.?type.orValue("") == "Suspend"`,
  `type(${outputsNow}) == map`,
  `${outputsNow}.all(kind, kind == "parameters" || ${unchanged("kind", outputsNow, outputsBefore)})`,
  `type(${outputsNow}.parameters) == list`,
  `size(${outputsNow}.parameters) <= size(${questions})`,
  `${outputsNow}.parameters.all(answer, type(answer) == map && ${questions}.exists(question, question.name == answer.name && answer.all(part, ${answer})))`,
].join(" && ");

const nodesKept =
  `(member == "nodes" && type(${status}[member]) == map && ${status}.nodes.all(id, id in ${nodesBefore} && type(${node}) == map && ` +
  `${node}.all(part, ${changes(node, nodeBefore, "part", CHANGING_NODE)} || (${answered}))))`;

/**
 * The condition that a run's status is changed as `stop`, `retry`, `resume` and `node set` do, by the variables
 * `status` and `statusBefore`.
 */
export const STATUS_KEPT = [
  `${status}.all(member, ${[
    changes(status, statusBefore, "member", CHANGING_STATUS),
    storedUnchanged,
    nodesKept,
    `(member == "persistentVolumeClaims" && ${status}[member] == [])`,
    `(member == "storedTemplates" && ${status}[member] == {})`,
  ].join(" || ")})`,
  `[${JSON.stringify(STORED)}, "synchronization"].all(member, !(member in ${statusBefore}) || member in ${status})`,
].join(" && ");
