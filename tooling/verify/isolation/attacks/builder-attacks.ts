/** What BuildKit tells whoever reaches it: it has no log-in. */
import type { Student } from "../students/student";
import { podOf } from "../tries/network-tries";
import type { Outcome, Try } from "../tries/try";

export function builderAttacks(own: Student, other: Student): Try[] {
  const address = own.outputs.builder.address;
  const ask = (expected: Outcome, what: string, args?: readonly string[]): Try => ({
    who: podOf(own, "build"),
    what,
    expected,
    // BuildKit reports no error for what does not exist.
    ...(expected === "refused" ? { only: [404] } : {}),
    means: { kind: "buildctl", from: "build", address, ...(args === undefined ? {} : { args }) },
  });
  return [
    ask("reached", "the own BuildKit, with its own command", ["debug", "workers"]),
    ask("refused", "a build of someone else in its history, which shows one that is made now"),
    ...(other.blob === ""
      ? []
      : [ask("refused", `a layer of ${other.name}'s in its store`, ["debug", "get", other.blob])]),
  ];
}
