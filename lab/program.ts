import { createRequire } from "node:module";
import { join } from "node:path";
import type { ClusterSource } from "../components/live-cluster";
import { checkout } from "./paths";

const load = createRequire(__filename);

/**
 * The stack's program, for what runs it in its own process. Loaded when it is asked for: it brings the whole of Pulumi's
 * SDK with it, which most commands do without.
 */
export const loadProgram = (): Program => load(join(checkout, "index.ts")) as Program;

/** The program, as index.ts exports it. */
type Program = (cluster?: ClusterSource) => Promise<Record<string, unknown>>;
