/** Parameters, of which runs are made and which their steps report. */
import { arePlain, list, record, scalar, text } from "./cel";

/** Characters that one parameter may have. */
export const PARAMETER_SIZE = 4096;
/** How many of them an object may have. */
export const PARAMETERS = 32;

const NAME = text(253);
const SHORT = text(1024);

/** Where a parameter's value comes from: Argo copies it from the template to what a step reports. */
const valueFrom = record({
  path: SHORT,
  jsonPath: SHORT,
  jqFilter: SHORT,
  parameter: SHORT,
  event: SHORT,
  expression: SHORT,
  default: scalar(1024),
  supplied: record({}),
});

/** Parameters of a run: the rest of a parameter is in the template. */
export const parameters = list(PARAMETERS, record({ name: NAME, value: scalar(PARAMETER_SIZE) }));

/**
 * The condition that Argo pastes nothing into what it takes from parameters. Their defaults are among it: of a step that
 * waits for a person, one becomes the value when it is resumed.
 *
 * @param parameters An expression for their list.
 */
export function parametersArePlain(parameters: string): string {
  const members = ["name", "value", "default", "globalName"].map((name) => `each.?${name}`);
  const texts = [...members, "each.?valueFrom.?default"].map((each) => `string(${each}.orValue(""))`);
  return `${parameters}.all(each, ${arePlain(`[${texts.join(", ")}]`)})`;
}

/** Characters of what a step reports in one output. */
export const OUTPUT_SIZE = 32_768;

const parameter = record({
  name: NAME,
  value: scalar(OUTPUT_SIZE),
  default: scalar(OUTPUT_SIZE),
  description: scalar(1024),
  enum: list(64, scalar(1024)),
  globalName: NAME,
  valueFrom,
});

/** What a step reports. Artifacts are not among it: the lab has no place for them. */
export const outputs = record({
  parameters: list(PARAMETERS, parameter),
  exitCode: text(16),
  result: text(OUTPUT_SIZE),
  artifacts: list(0, text(0)),
});

/** The characters of all members of parameters, as an expression for the list of them. */
export function sizeOf(parameters: string): string {
  const sizes = [
    'key == "enum" ? each.enum.map(one, size(string(one))).sum()',
    'key == "valueFrom" ? each.valueFrom.map(from, from == "supplied" ? 0 : size(string(each.valueFrom[from]))).sum()',
    "size(string(each[key]))",
  ];
  return `${parameters}.map(each, each.map(key, ${sizes.join(" : ")}).sum()).sum()`;
}
