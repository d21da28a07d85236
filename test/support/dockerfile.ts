/** What a Dockerfile says about the containers of its image. */

/** The instructions of the last stage that matter when a container runs. */
export interface Dockerfile {
  /** Empty where the Dockerfile names none. */
  readonly entrypoint: readonly string[];
  /** Empty where the Dockerfile names none. */
  readonly command: readonly string[];
  /** The base image's where the Dockerfile names none: `undefined`. */
  readonly user: string | undefined;
  /** What containers are asked to end with. */
  readonly stopSignal: string;
  readonly ports: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Reads a Dockerfile whose ENTRYPOINT and CMD are lists and whose ENV has neither quotes nor spaces in values. */
export function dockerfileOf(text: string): Dockerfile {
  const lines = text.replaceAll(/\\\n/g, " ").split("\n");
  const last = (instruction: string): string | undefined =>
    lines
      .findLast((line) => line.startsWith(`${instruction} `))
      ?.slice(instruction.length)
      .trim();
  const list = (instruction: string) => JSON.parse(last(instruction) ?? "[]") as string[];
  const environment = lines
    .filter((line) => line.startsWith("ENV "))
    .flatMap((line) => line.slice("ENV ".length).trim().split(/\s+/))
    .map((assignment) => {
      const at = assignment.indexOf("=");
      return [assignment.slice(0, at), assignment.slice(at + 1)] as const;
    });
  return {
    entrypoint: list("ENTRYPOINT"),
    command: list("CMD"),
    user: last("USER"),
    stopSignal: last("STOPSIGNAL") ?? "SIGTERM",
    ports: lines.filter((line) => line.startsWith("EXPOSE ")).flatMap((line) => line.split(/\s+/).slice(1)),
    environment: Object.fromEntries(environment),
  };
}
