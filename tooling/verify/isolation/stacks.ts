/** The stacks of a class: its base's is `<class>-base`, a student's `<class>-<student>`. */
import type { RegistryOutput } from "../../../stacks";
import { labOutputs } from "../../engine/outputs";
import { askPulumi } from "../../engine/stack";
import type { StudentStack } from "./student";

/**
 * The stacks of the students.
 *
 * @param className What their names begin with.
 * @param names Of the students. @default the first two
 * @throws Error with a remedy if there are fewer than two, or one is not wholly up
 */
export async function studentStacks(className: string, names?: readonly string[]): Promise<StudentStack[]> {
  const printed = await askPulumi(["stack", "ls", "--json"]);
  const stacks = JSON.parse(printed ?? "[]") as { name: string }[];
  const known = studentsAmong(
    stacks.map(({ name }) => name),
    className,
  );
  const chosen = [...new Set(names ?? known.slice(0, 2))];
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0 || chosen.length < 2) {
    throw new Error(
      `isolation takes two students of the class ${className} or more; ` +
        (unknown.length > 0 ? `it has no ${unknown.join(", ")}, but ` : "it has ") +
        `${known.join(", ") || "none"}\n  remedy: npm run class -- up --roster FILE`,
    );
  }
  return Promise.all(chosen.map((name) => studentStack(className, name)));
}

/** The students of a class, by name, among all stacks of a backend. */
export function studentsAmong(stacks: readonly string[], className: string): string[] {
  const prefix = `${className}-`;
  return stacks
    .map((name) => name.split("/").at(-1) ?? name)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((name) => name !== "base")
    .sort();
}

async function studentStack(className: string, name: string): Promise<StudentStack> {
  const stack = `${className}-${name}`;
  const printed = await askPulumi(["stack", "output", "--json", "--show-secrets", "--stack", stack]);
  try {
    return studentOf(name, JSON.parse(printed ?? "{}") as Record<string, unknown>);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new Error(`${stack}: ${reason}\n  remedy: npm run class -- up --only ${name} --roster FILE`);
  }
}

/**
 * A student from the outputs of the own stack.
 *
 * @throws Error that names what is missing
 */
export function studentOf(name: string, found: Readonly<Record<string, unknown>>): StudentStack {
  const { studentKubeconfig, registryUser, registryPassword } = found;
  const outputs = labOutputs(found);
  if (typeof studentKubeconfig !== "string") throw new Error("the stack lacks the output studentKubeconfig");
  const user = registryUser as { username: string } | null | undefined;
  if (user === undefined) throw new Error("the stack lacks the output registryUser");
  if (user !== null && typeof registryPassword !== "string") {
    throw new Error("the stack lacks the output registryPassword");
  }
  return {
    name,
    outputs,
    kubeconfig: studentKubeconfig,
    registryUser: user === null ? null : { username: user.username, password: String(registryPassword) },
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
