import { createRequire } from "node:module";
import { join } from "node:path";
import { checkout } from "./paths";

const load = createRequire(__filename);

/**
 * The stack's program, for what runs it in its own process. Loaded when it is asked for: it brings the whole of Pulumi's
 * SDK with it, which most commands do without.
 */
export const loadProgram = (): (() => Record<string, unknown>) =>
  load(join(checkout, "index.ts")) as () => Record<string, unknown>;
