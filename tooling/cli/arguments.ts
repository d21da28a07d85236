import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";

/** Reads a whole number from 1. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Expected a whole number from 1.");
  return Number(text);
}

/** Reads a path, from where the command was called: npm runs its scripts in the checkout. */
export const path = (text: string): string => resolve(process.env["INIT_CWD"] ?? process.cwd(), text);

/** Reads names with commas between them. */
export const names = (text: string): string[] => text.split(",").filter((name) => name !== "");

/** Reads `number` from 0 to 1, or `random`. */
export function accuracy(text: string): string {
  const value = Number(text);
  if (text === "random" || (text.trim() !== "" && value >= 0 && value <= 1)) return text;
  throw new InvalidArgumentError("Expected a number from 0 to 1, or random.");
}
