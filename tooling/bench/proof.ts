import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import {
  container,
  FOLLOW_RUN,
  fromFile,
  resource,
  steps,
  workflowOf,
  type WorkflowTemplate,
  workflowTemplate,
} from "../../packages/argo-workflows";
import { lint } from "../../packages/argo-lint";
import { lintFiles } from "../../packages/argo-lint/cli";
import { withTemporaryFolder } from "../support/interruption";
import { type Samples, timeInTurns } from "./samples";

/** Of a workflow: one of steps, one that creates a run, and the rest of containers. */
const TEMPLATES_EACH = 10;

const IMAGE = `registry.example.org/image@sha256:${"0".repeat(64)}`;

/** How long the proof of generated workflows takes. */
export interface ProofTimes {
  /** How many templates the workflows have in all. */
  readonly templates: number;
  /** Seconds of one proof of all of them. */
  readonly proof: Samples;
  /** Seconds of writing the same objects as JSON and reading them back, which no proof can be far below. */
  readonly json: Samples;
  /** Median of the proof divided by that of JSON. */
  readonly ratio: number;
}

/**
 * A workflow of a chain of containers, each given the output of the one before. The last step starts the run of
 * another workflow and waits for it.
 */
function generated(index: number, next: WorkflowTemplate<{ value: { default: string } }> | undefined) {
  return workflowTemplate(`workflow-${index}`, {
    description: "Generated",
    parameters: { value: { default: "0" } },
    serviceAccountName: "account",
    activeDeadlineSeconds: 3600 - index,
    entrypoint: (parameters) =>
      steps("main", {
        steps: (flow) => {
          let value = parameters.value;
          for (let step = 0; step < TEMPLATES_EACH - 2; step += 1) {
            const template = container(`step-${step}`, {
              inputs: { value: {} },
              outputs: { value: fromFile("/tmp/value", { default: "" }) },
              container: (inputs) => ({
                image: IMAGE,
                command: ["work"],
                args: [inputs.value],
                env: { WORKFLOW_PARAMETER: parameters.value },
                resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
              }),
            });
            value = flow.step(`step-${step}`, template, { value }).output("value");
          }
          const last = resource("start", {
            inputs: { value: {} },
            action: "create",
            ...FOLLOW_RUN,
            manifest: (inputs) =>
              next === undefined
                ? { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "end" } }
                : workflowOf(next, { value: inputs.value }),
          });
          flow.step("start", last, { value });
        },
      }),
  });
}

/** Workflows that have so many templates in all and start each other in a row. */
function workflows(templates: number): unknown[] {
  const all: unknown[] = [];
  let next: Parameters<typeof generated>[1];
  for (let index = templates / TEMPLATES_EACH - 1; index >= 0; index -= 1) {
    next = generated(index, next);
    all.push(next.manifest("namespace"));
  }
  return all;
}

/**
 * Measures the proof of generated workflows.
 *
 * @param runs How often each thing is timed.
 * @param templates How many templates there are in all; a multiple of 10.
 * @throws Error if the proof finds something, since they are without mistakes.
 */
export async function measureProof(runs: number, templates = 1000): Promise<ProofTimes> {
  const objects = workflows(templates);
  const things = {
    proof: () => {
      const [diagnostic] = lint(objects, { closed: true, production: true });
      if (diagnostic !== undefined) throw new Error(`${diagnostic.where}: ${diagnostic.message}`);
      return Promise.resolve();
    },
    json: () => {
      JSON.parse(JSON.stringify(objects));
      return Promise.resolve();
    },
  };
  // Once each beforehand, since the first run also compiles the program.
  for (const thing of Object.values(things)) await thing();
  const { proof, json } = await timeInTurns(things, runs);
  return { templates, proof, json, ratio: proof.median / json.median };
}

/**
 * Measures the command `lint:workflows` on a folder, reading included and `argo lint` left out.
 *
 * @param runs How often it is timed.
 * @param files How many files there are; each is a workflow of ten templates.
 * @throws Error if it finds something, since they are without mistakes.
 */
export async function measureFiles(runs: number, files = 1193): Promise<Samples> {
  return withTemporaryFolder("bench", async (folder) => {
    workflows(files * TEMPLATES_EACH).forEach((object, index) => {
      writeFileSync(join(folder, `${index}.yaml`), stringify(object));
    });
    const command = async (): Promise<void> => {
      const { workflows: checked, diagnostics } = await lintFiles([folder], {
        folder,
        next: 3,
        now: new Date(0),
      });
      const bad = diagnostics.filter(({ severity }) => severity !== "unsupported");
      if (checked !== files || bad.length > 0)
        throw new Error(`${checked} workflows, ${bad[0]?.message ?? ""}`);
    };
    return (await timeInTurns({ command }, runs)).command;
  });
}
