import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "./components/config";
import { Footprint } from "./components/footprint";
import { baseStack } from "./scopes/base-stack";
import { withinBudget } from "./scopes/budget";
import { labStack } from "./scopes/lab-stack";
import { keepVolumes } from "./scopes/marks";
import { studentStack } from "./scopes/student-stack";

/** What a stack can be. Each function reads as a table of contents, and gives the stack's outputs. */
const STACKS = {
  /** Everything in one stack. */
  lab: labStack,
  /** What a cluster has once for a class: Argo, the registry and the images in it, the builder. */
  base: baseStack,
  /** What each student of a class has: MLflow, the workflows and the schedule, rights, staging. */
  student: studentStack,
};

/** The program: declares what the stack's settings ask for, and gives the stack's outputs. */
export = function gourmetgramLab() {
  // What is wrong with the settings is told before anything is created.
  const config = loadConfig();
  const footprint = new Footprint(config.scope === "base" ? undefined : config.size).attach();
  if (config.keepData) keepVolumes();
  const outputs = STACKS[config.scope](config);
  return { ...outputs, footprint: pulumi.output(withinBudget(footprint.total(), config.budget)) };
};
