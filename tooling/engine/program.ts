import { createRequire } from "node:module";
import { join } from "node:path";
import type * as Pulumi from "@pulumi/pulumi";
import type * as Config from "../../config";
import type * as Stacks from "../../stacks";
import { checkout } from "../machine/paths";
import { pulumiCommand } from "./stack";
import type { Settings } from "./render/settings";

const load = createRequire(__filename);

/**
 * The stack's program, for what runs it in its own process. Loaded when it is asked for: it brings the whole of Pulumi's
 * SDK with it, which most commands do without.
 */
export const loadProgram = (): Program => load(join(checkout, "index.ts")) as Program;

/** The program, as index.ts exports it. */
type Program = (cluster?: Stacks.ClusterSource) => Promise<Record<string, unknown>>;

/**
 * Has the program judge a stack as it does before its first resource: the settings, the budget, the workflows and the
 * cluster. There is no engine behind it, so nothing can be created.
 *
 * @throws pulumi.RunError with everything that stands in the way
 */
export async function judgeStack({ project, stack, values, secretKeys }: Settings): Promise<void> {
  process.env["GOURMETGRAM_PULUMI"] = pulumiCommand;
  const pulumi = load("@pulumi/pulumi") as typeof Pulumi;
  const { loadConfig } = load("../../config") as typeof Config;
  const { configuredCluster, judged } = load("../../stacks") as typeof Stacks;
  const nothing = (): never => {
    throw new Error("judging a stack asks the engine for nothing");
  };
  await pulumi.runtime.setMocks({ call: nothing, newResource: nothing }, project, stack, false);
  pulumi.runtime.setAllConfig({ ...values }, [...secretKeys]);
  await judged(loadConfig(), configuredCluster);
}
