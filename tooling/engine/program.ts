import type * as Stacks from "../../stacks";
import { pulumiCommand } from "./stack/stack";
import type { Settings } from "./render/settings";

/**
 * The stack's program, for what runs it in its own process. Loaded when it is asked for: it brings the whole of Pulumi's
 * SDK with it, which most commands do without.
 */
export const loadProgram = async (): Promise<Program> => (await import("../../index.js")).default;

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
  const pulumi = await import("@pulumi/pulumi");
  const { loadConfig } = await import("../../config/index.js");
  const { configuredCluster, judged } = await import("../../stacks/index.js");
  const nothing = (): never => {
    throw new Error("judging a stack asks the engine for nothing");
  };
  await pulumi.runtime.setMocks({ call: nothing, newResource: nothing }, project, stack, false);
  pulumi.runtime.setAllConfig({ ...values }, [...secretKeys]);
  await judged(loadConfig(), configuredCluster);
}
