/** The stacks of a class: those that say that they are part of it. */
import type { RegistryOutput } from "../../../../stacks";
import { labOutputs } from "../../../engine/stack/outputs";
import { studentsWithStack } from "../../../class/class-context";
import { studentStackOf } from "../../../class/class-settings";
import { foundIn } from "../../../engine/answer";
import { askPulumi } from "../../../engine/stack/stack";
import { shortName } from "../../../engine/stack/stack-settings";
import { CLASS_TAG } from "../../../engine/stack/state";
import { messageOf } from "../../../support/errors";
import type { StudentStack } from "./student";

/**
 * The stacks of the students.
 *
 * @param names Of the students. @default the first two
 * @throws Error with a remedy if there are fewer than two, or one is not wholly up
 */
export async function studentStacks(className: string, names?: readonly string[]): Promise<StudentStack[]> {
  const chosen = chosenAmong(await studentsOf(className), className, names);
  return Promise.all(chosen.map((name) => studentStack(className, name)));
}

/** The students of a class who have a stack, in the order of the alphabet. */
export async function studentsOf(className: string): Promise<string[]> {
  const args = ["stack", "ls", "--json", "--tag", `${CLASS_TAG}=${className}`];
  const printed = foundIn(await askPulumi(args), `the list of the class ${className}`) ?? "[]";
  const stacks = (JSON.parse(printed) as { name: string }[]).map(({ name }) => shortName(name));
  return studentsWithStack({ name: className }, stacks).sort();
}

/** @throws Error with a remedy if one of the names is not known, or there are fewer than two */
export function chosenAmong(
  known: readonly string[],
  className: string,
  names: readonly string[] = known.slice(0, 2),
): string[] {
  const chosen = [...new Set(names)];
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length === 0 && chosen.length >= 2) return chosen;
  throw new Error(
    `isolation takes two students of the class ${className} or more; ` +
      (unknown.length > 0 ? `it has no ${unknown.join(", ")}, but ` : "it has ") +
      `${known.join(", ") || "none"}\n  remedy: npm run class -- up --roster FILE`,
  );
}

/** @throws Error with a remedy if the student's stack is not wholly up */
export async function studentStack(className: string, name: string): Promise<StudentStack> {
  const stack = studentStackOf(className, name);
  const printed = await askPulumi(["stack", "output", "--json", "--show-secrets", "--stack", stack]);
  try {
    return studentOf(name, JSON.parse(foundIn(printed, "its outputs") ?? "{}") as Record<string, unknown>);
  } catch (error) {
    const reason = messageOf(error).split("\n")[0] ?? "";
    throw new Error(`${stack}: ${reason}\n  remedy: npm run class -- up --only ${name} --roster FILE`);
  }
}

/**
 * A student from the outputs of the own stack.
 *
 * @throws Error that names what is missing
 */
export function studentOf(name: string, found: Readonly<Record<string, unknown>>): StudentStack {
  const { studentKubeconfig, registryUser, registryPassword, appRepositoryPassword } = found;
  const outputs = labOutputs(found);
  if (typeof studentKubeconfig !== "string") throw new Error("the stack lacks the output studentKubeconfig");
  const user = registryUser as { username: string } | null | undefined;
  if (user === undefined) throw new Error("the stack lacks the output registryUser");
  if (user !== null && typeof registryPassword !== "string") {
    throw new Error("the stack lacks the output registryPassword");
  }
  if (appRepositoryPassword !== null && typeof appRepositoryPassword !== "string") {
    throw new Error("the stack lacks the output appRepositoryPassword");
  }
  return {
    name,
    outputs,
    kubeconfig: studentKubeconfig,
    registryUser: user === null ? null : { username: user.username, password: String(registryPassword) },
    pushPassword: appRepositoryPassword,
  };
}

/** The registry as pods address it, where it is the class's own. */
export function registryInCluster({
  inCluster,
  own,
}: RegistryOutput): { host: string; port: number } | undefined {
  if (!own) return undefined;
  const { hostname, port } = new URL(`http://${inCluster}`);
  return { host: hostname, port: Number(port) };
}
