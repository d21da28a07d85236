/** Configurations that the program refuses. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type Plain, setConfig } from "./mocks";
import { loadConfig } from "../../config/load";

/** The text of the error that a configuration ends in. */
export function refusal(values: Record<string, Plain>, secrets: Record<string, string> = {}): string {
  setConfig(values, secrets);
  try {
    loadConfig();
  } catch (error) {
    assert.ok(pulumi.RunError.isInstance(error), "an error that the engine shows without a stack trace");
    return error.message;
  }
  assert.fail(`accepted: ${JSON.stringify(values)}`);
}

/** The text of an error with a single problem. */
export function single(problem: string, fix: string): string {
  return `the configuration of the stack test has a problem:\n  ${problem}\n      fix: ${fix}`;
}
