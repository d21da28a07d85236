/** Carries out everything that is tried of a class, and judges it. */
import { reasonOf } from "../../live/api-clients";
import type { Result } from "../suite/report";
import { probe, type Probing } from "./probe";
import { askAmidStorm, askApi, askAsAdmin, askRegistry, dial, fill } from "./requests";
import { askRevoked } from "./revocation";
import type { Student } from "./students/student";
import type { Round } from "./tries/tries";
import { type Answer, type Attempt, judge, type PodRole, type Try } from "./tries/try";

/** What came of all attempts, in their order. */
export class Findings {
  readonly results: Result[] = [];

  /** @param tell Is told of each at once. */
  constructor(private readonly tell: (result: Result) => void) {}

  /** @param begun When it was tried, in milliseconds since 1970. */
  add(attempt: Attempt, answer: Answer, begun: number): void {
    const result = resultOf(attempt, answer, (Date.now() - begun) / 1000);
    this.results.push(result);
    this.tell(result);
  }
}

/** Tries of one round, one after the other; a failure does not keep the others from being tried. */
export async function carryOut({ own, tries }: Round, probing: Probing, findings: Findings): Promise<void> {
  for (const role of ["build", "step", "application"] satisfies PodRole[]) {
    const some = tries.filter(({ means }) => "from" in means && means.from === role);
    const started = Date.now();
    const answers = await answersFrom(own, role, some, probing);
    for (const [index, attempt] of some.entries()) {
      findings.add(attempt, answers[index] ?? { kind: "failed", reason: "no answer" }, started);
    }
  }
  for (const attempt of tries) {
    if ("from" in attempt.means) continue;
    probing.signal.throwIfAborted();
    const started = Date.now();
    findings.add(attempt, await answerTo(own, attempt.means), started);
  }
}

async function answersFrom(
  own: Student,
  role: PodRole,
  tries: readonly Try[],
  probing: Probing,
): Promise<Answer[]> {
  try {
    return await probe(own, role, tries, probing);
  } catch (error) {
    probing.signal.throwIfAborted();
    const reason = reasonOf(error);
    return tries.map(() => ({ kind: "failed", reason }));
  }
}

function answerTo(own: Student, means: Exclude<Try["means"], { readonly from: PodRole }>): Promise<Answer> {
  if (means.kind === "admin") return askAsAdmin(means);
  if (means.kind === "storm") return askAmidStorm(own, means);
  if (means.kind === "dial") return dial(means);
  if (means.kind === "fill") return fill(own, means);
  if (means.kind === "revoked") return askRevoked(own, means);
  return means.kind === "api" ? askApi(own, means) : askRegistry(own, means);
}

/** A try as a line of the report. */
export function resultOf(attempt: Attempt, answer: Answer, seconds: number): Result {
  const { passed, seen } = judge(attempt, answer);
  return {
    name: attempt.who,
    title: attempt.what,
    passed,
    seconds: Math.round(seconds * 10) / 10,
    evidence: [seen],
    message: passed ? null : `expected: ${attempt.expected}\nseen:     ${seen}`,
  };
}
