import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/**
 * The name of what holds data: always the same in a stack, and another one in each stack.
 *
 * Pulumi marks a name that it makes up, and takes the mark away where a later run is to keep the name: each second `up`
 * would change the object.
 */
export function dataName(name: string): string {
  const digest = createHash("sha256").update(`${pulumi.getStack()}/${name}`).digest("hex");
  return `${name}-${digest.slice(0, 8)}`;
}
