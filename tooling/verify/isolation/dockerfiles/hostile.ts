/** Dockerfiles that a student pushes on purpose, and what has to come of each. */
import { CONNECT_SCRIPT } from "../probe";
import { anyway, present } from "../tries/network-tries";
import { servicesOf, type Shared, type Student } from "../students/student";
import type { Answer, Attempt, NetworkPlace, Outcome, Try } from "../tries/try";
import { closedPlaces } from "../attacks/way-attacks";
import { IMAGE } from "../students/own-blob";
import { FACTS_SCRIPT } from "./facts";

/** What is seen of a build. */
export interface SeenBuild {
  /** Why it failed; undefined if it did not. */
  readonly failure: string | undefined;
  /** What its steps have printed. */
  readonly log: string;
}

/** A Dockerfile with intent. */
export interface HostileDockerfile {
  /** Ends the name of its branch. */
  readonly name: string;
  /** @param whole The Dockerfile of the training code. */
  readonly text: (whole: string) => string;
  /** What it tries, with what is made of the build. */
  readonly attempts: readonly { readonly attempt: Attempt; readonly answer: (seen: SeenBuild) => Answer }[];
}

/**
 * @param shared.registry Where BuildKit finds the class's images.
 * @param disk Bytes that BuildKit may write on its node; undefined leaves out the one that writes more.
 */
export function hostileDockerfiles(
  own: Student,
  other: Student,
  shared: Shared & { readonly registry: NonNullable<Shared["registry"]> },
  disk: number | undefined,
): HostileDockerfile[] {
  const { host, port } = shared.registry;
  const registry = `${host}:${port}`;
  return [
    steps(own, other, shared),
    // The guard asks for the owner's password before it says whether there is such an image.
    refused(own, "other", `to build from ${other.name}'s image`, {
      text: () => `FROM ${registry}/${other.name}/${IMAGE}:verify\n`,
      because: /denied|unauthorized|authorization failed|\b40[13]\b/i,
    }),
    {
      name: "own",
      text: () => `FROM ${registry}/${own.name}/${IMAGE}:verify\n`,
      attempts: [
        {
          attempt: { ...of(own, "to look for an own image to build from", "reached"), only: [404] },
          answer: ({ failure = "" }) => status(/not found/.test(failure) ? 404 : 403, failure),
        },
      ],
    },
    refused(own, "frontend", "to have an image of its choice read the Dockerfile", {
      text: (whole) => `# syntax=${registry}/${own.name}/${IMAGE}:verify\n${whole}`,
      because: /names a frontend image/,
    }),
    refused(own, "insecure", "to have a step with the rights of BuildKit's pod", {
      text: (whole) => `${whole}RUN --security=insecure true\n`,
      because: /security\.insecure is not allowed/,
    }),
    refused(own, "network", "to have a step in the network of the node", {
      text: (whole) => `${whole}RUN --network=host true\n`,
      because: /network\.host is not allowed/,
    }),
    // Last: kubelet ends the BuildKit in which it runs.
    ...(disk === undefined ? [] : [fillsDisk(own, disk)]),
  ];
}

const fillsDisk = (own: Student, disk: number): HostileDockerfile =>
  refused(own, "disk", "to write more on its node's disk than it may", {
    text: (whole) => `${whole}RUN ${JSON.stringify(["python", "-c", filling(disk + GIB)])}\n`,
    because: /was ended, because it wrote more on its node's disk than it may/,
  });

const GIB = 2 ** 30;

/** Takes so many bytes at once, and holds them for five minutes: kubelet looks each minute. */
const filling = (bytes: number): string =>
  `import os, time; os.posix_fallocate(os.open("/tmp/full", os.O_CREAT | os.O_WRONLY), 0, ${bytes}); time.sleep(300)`;

/** What is not built, and why not. */
function refused(
  own: Student,
  name: string,
  what: string,
  { text, because }: Pick<HostileDockerfile, "text"> & { readonly because: RegExp },
): HostileDockerfile {
  return {
    name,
    text,
    attempts: [
      {
        attempt: { ...of(own, what, "refused"), because },
        answer: ({ failure }) => (failure === undefined ? status(200) : status(403, failure)),
      },
    ],
  };
}

/** What the steps of a build reach: as root, if it is only that of a user namespace. */
function steps(own: Student, other: Student, shared: Shared): HostileDockerfile {
  const tries = connections(own, other, shared);
  const order = { first: tries[0]?.means ?? null, all: tries.map(({ means }) => means) };
  const scripts = [
    ["python", "-c", CONNECT_SCRIPT, JSON.stringify(order)],
    ["python", "-c", FACTS_SCRIPT],
    ["false"],
  ];
  const all: readonly Attempt[] = [...tries, ...facts(own)];
  return {
    name: "steps",
    text: (whole) =>
      [whole, "USER 0:0", ...scripts.map((words) => `RUN ${JSON.stringify(words)}`), ""].join("\n"),
    attempts: all.map((attempt, index) => ({
      attempt,
      answer: (seen) =>
        answersIn(seen.log)[index] ?? { kind: "failed", reason: seen.failure ?? "the build did not fail" },
    })),
  };
}

/** The first one is the positive control. */
function connections(own: Student, other: Student, { registry, apiServer, node }: Shared): Try[] {
  if (registry === undefined) return [];
  const { mlflow, git, postgres } = own.services;
  const places = [
    ...[...servicesOf(other), other.builder].flatMap((service) => anyway(`${other.name}'s`, service)),
    ...present(mlflow, git, postgres).flatMap((service) => anyway("the own", service)),
    { what: "the API server", host: apiServer, port: 443 },
    ...closedPlaces(node),
  ];
  const theirs = `http://${registry.host}:${registry.port}/v2/${other.name}/${IMAGE}/tags/list`;
  const connect = (what: string, expected: Outcome, { host, port }: NetworkPlace): Try => ({
    ...of(own, what, expected),
    means: { kind: "connect", from: "build", host, port },
  });
  return [
    connect("the registry", "reached", registry),
    {
      ...of(own, `${other.name}'s repository in it`, "refused"),
      means: { kind: "ask", from: "build", url: theirs },
    },
    ...places.map((place) => connect(place.what, "refused", place)),
  ];
}

/** In the order of the script's answers. */
function facts(own: Student): Attempt[] {
  return [
    of(own, "to be root in its step", "reached"),
    of(own, "to be root on the node by that", "refused"),
    of(own, "to make a device of the node's disk", "refused"),
    of(own, "to set what the kernel runs when a program crashes", "refused"),
    { ...of(own, "to find a token of Kubernetes", "refused"), only: [404] },
    { ...of(own, "to find a password in a process's environment", "refused"), only: [404] },
  ];
}

const of = ({ name }: Student, what: string, expected: Outcome): Attempt => ({
  who: `${name}'s Dockerfile`,
  what,
  expected,
});

const status = (code: number, text?: string): Answer =>
  text === undefined ? { kind: "status", status: code } : { kind: "status", status: code, text };

/** The answers that both scripts have printed, in the order of the attempts. BuildKit puts a step and a time before them. */
export function answersIn(log: string): Answer[] {
  const printed = log
    .split("\n")
    .flatMap((line) => /^.*? (\[\{"kind": ?.*\}\])$/.exec(line.trimEnd())?.[1] ?? []);
  // What is printed is seen once more where the build's failure is told.
  return [...new Set(printed)].flatMap((line) => JSON.parse(line) as Answer[]);
}
