/** One attempt at reaching something, as data, and what is made of the answer to it. */

import type { Request } from "../../clients/send";
import type { Student } from "../students/student";

/** What an attempt comes to. */
export type Outcome = "reached" | "refused";

/**
 * The pods from which connections are tried: a step that builds, which may reach the most; another step; and the
 * student's own application, which may reach nothing.
 */
export type PodRole = "build" | "step" | "application";

/** How it is tried. */
export type Means =
  /** A TCP connection from a pod. */
  | ({ readonly kind: "connect"; readonly from: PodRole } & NetworkPlace)
  /** A TCP connection from the machine that runs this. */
  | ({ readonly kind: "dial" } & NetworkPlace)
  /** A GET from a pod; to the API server, with the token of the pod's account. */
  | { readonly kind: "ask"; readonly from: PodRole; readonly url: string }
  /** BuildKit's own command from a pod, at a student's BuildKit. */
  | ({ readonly kind: "buildctl" } & AtBuildkit)
  /** A request to the API server with the student's kubeconfig. */
  | ({ readonly kind: "api" } & Request)
  /** A request to the API server with the rights of whoever runs this. */
  | ({ readonly kind: "admin" } & Request)
  /** Another student's request to the API server while the student sends many. */
  | ({ readonly kind: "storm" } & Storm)
  /** Requests to the API server with the student's kubeconfig, whose objects etcd has to store. */
  | ({ readonly kind: "fill" } & Fill)
  /** A request to the API server with a token of the student's account, after what it is bound to is gone. */
  | ({ readonly kind: "revoked" } & Request)
  /** A request to the registry, with or without the student's password. */
  | ({ readonly kind: "registry"; readonly as: "nobody" | "student" } & Request);

/** One end of a connection. */
export interface NetworkPlace {
  readonly host: string;
  readonly port: number;
}

/** What is asked for with the kubeconfig of another student, in the midst of many requests of the student's. */
export interface Storm extends Request {
  readonly other: Student;
  readonly flood: Request;
  /** How many are sent at once, and no more. */
  readonly times: number;
}

/** What is asked of BuildKit. */
export interface AtBuildkit {
  readonly from: "build";
  /** Of BuildKit, `tcp://host:port`. */
  readonly address: string;
  /** What buildctl is called with. Without them, the history is read before and after a build, which it has to show. */
  readonly args?: readonly string[];
}

/** What is written, and how much of it is more than a student's share. */
export interface Fill {
  readonly requests: readonly Request[];
  /** Bytes that etcd stores for all of them together. */
  readonly most: number;
}

/** An attempt, and how it is made. */
export interface Try extends Attempt {
  readonly means: Means;
}

/** Makes a try. @param judged Further statuses that count, or what the refusal has to say. */
type MakeTry<Asked> = (what: string, asked: Asked, judged?: RegExp | readonly number[]) => Try;

/** Makes the tries of somebody: those that have to come about, and those that must not. */
export interface TryMaker<Asked> {
  readonly reached: MakeTry<Asked>;
  readonly refused: MakeTry<Asked>;
}

/**
 * @param end Ends what each of them is called.
 * @param because What a refusal has to say unless something else is given for it.
 */
export function triesOf<Asked = Request>(
  who: string,
  meansOf: (asked: Asked) => Means,
  { end = "", because }: { readonly end?: string | undefined; readonly because?: RegExp | undefined } = {},
): TryMaker<Asked> {
  const maker =
    (expected: Outcome, usual?: RegExp): MakeTry<Asked> =>
    (what, asked, judged = usual) => {
      const attempt = { who, what: `${what}${end}`, expected, means: meansOf(asked) };
      if (judged === undefined) return attempt;
      return judged instanceof RegExp ? { ...attempt, because: judged } : { ...attempt, also: judged };
    };
  return { reached: maker("reached"), refused: maker("refused", because) };
}

/** What an attempt is of, and what it has to come to. */
export interface Attempt {
  /** Completes "… tries". */
  readonly who: string;
  readonly what: string;
  readonly expected: Outcome;
  /**
   * Further HTTP statuses that count as what is expected. Without them, 2xx is reached, 401 and 403 are refused, and any
   * other status is neither.
   */
  readonly also?: readonly number[];
  /** HTTP statuses that alone count as what is expected. @default see `also` */
  readonly only?: readonly number[];
  /** What a refusal has to say, where another one would prove something else. @default any refusal counts */
  readonly because?: RegExp;
}

/** What came of it. */
export type Answer =
  | { readonly kind: "connected" }
  /** No connection came about, though the name, if it was one, is known. */
  | { readonly kind: "no connection"; readonly reason: string }
  | { readonly kind: "status"; readonly status: number; readonly text?: string }
  /** It could not be tried. */
  | { readonly kind: "failed"; readonly reason: string };

/** An answer, judged. */
export interface Verdict {
  readonly passed: boolean;
  /** What was seen, in words. */
  readonly seen: string;
}

/** Judges an answer. One that tells nothing passes for neither outcome. */
export function judge(attempt: Attempt, answer: Answer): Verdict {
  const outcome = outcomeOf(attempt, answer);
  return { passed: outcome === attempt.expected, seen: `${outcome ?? "undecided"} (${textOf(answer)})` };
}

function outcomeOf({ expected, also = [], only, because }: Attempt, answer: Answer): Outcome | undefined {
  switch (answer.kind) {
    case "connected":
      return "reached";
    case "no connection":
      return "refused";
    case "failed":
      return undefined;
    case "status":
      if (only !== undefined) return only.includes(answer.status) ? expected : undefined;
      if (also.includes(answer.status)) return expected;
      if (answer.status >= 200 && answer.status < 300) return "reached";
      if (![401, 403].includes(answer.status)) return undefined;
      return because === undefined || because.test(answer.text ?? "") ? "refused" : undefined;
  }
}

function textOf(answer: Answer): string {
  switch (answer.kind) {
    case "connected":
      return "a connection";
    case "no connection":
      return answer.reason;
    case "failed":
      return `not tried: ${answer.reason}`;
    case "status":
      return answer.text === undefined
        ? `status ${answer.status}`
        : `status ${answer.status}: ${answer.text}`;
  }
}
