/** What Pulumi has noted of the images that a stack has built: in its state, and in the history of its updates. */
import { foundIn } from "../../../../engine/answer";
import { askPulumi, stateOfStack } from "../../../../engine/stack/stack";

/** A build of an image, as it was noted. */
export interface StackBuild {
  /** Inputs of the resource. Paths are relative to the checkout. */
  readonly build: {
    readonly context: string;
    readonly dockerfile: string;
    readonly target?: string;
    readonly platform?: string;
    readonly args?: Readonly<Record<string, unknown>>;
    /** What `digestContext` gave before the build. */
    readonly contextDigest?: string;
  };
  /** When the image was pushed, in RFC 3339. */
  readonly finished: string | undefined;
  /** What the checkout was at, where it is one of git's. */
  readonly checkout: { readonly commit: string; readonly changed: boolean | undefined } | undefined;
}

interface Exported {
  readonly type: string;
  readonly modified?: string;
  readonly inputs?: { readonly build?: Partial<StackBuild["build"]> };
  readonly outputs?: { readonly repoDigest?: unknown };
}

/** An update of a stack. Its times are whole seconds. */
interface Update {
  readonly startTime: string;
  readonly endTime?: string;
  readonly environment?: Readonly<Partial<Record<string, string>>>;
}

/** The builds of a stack's images, by the images' digests. */
export async function buildsOf(stack: string): Promise<ReadonlyMap<string, StackBuild>> {
  const state = await stateOfStack(stack);
  const all = ["--page-size", "0", "--stack", stack];
  const history = foundIn(await askPulumi(["stack", "history", "--json", ...all]), `the updates of ${stack}`);
  return stackBuilds(state ?? "{}", history ?? "[]");
}

/**
 * @param state What `pulumi stack export` prints, with secrets encrypted.
 * @param history What `pulumi stack history --json` prints.
 */
export function stackBuilds(state: string, history: string): ReadonlyMap<string, StackBuild> {
  const { deployment } = JSON.parse(state) as { deployment?: { resources?: Exported[] } | null };
  const updates = (JSON.parse(history) as Update[] | null) ?? [];
  const images = (deployment?.resources ?? []).filter(({ type }) => type === "docker:index/image:Image");
  return new Map(
    images.flatMap(({ inputs, outputs, modified }) => {
      const { context, dockerfile, ...others } = inputs?.build ?? {};
      const digest = /@(sha256:[0-9a-f]{64})$/.exec(String(outputs?.repoDigest))?.[1];
      if (digest === undefined || context === undefined || dockerfile === undefined) return [];
      const time = Date.parse(modified ?? "");
      const during = updates.find(
        ({ startTime, endTime = "" }) => Date.parse(startTime) <= time && time < Date.parse(endTime) + 1000,
      );
      const { "git.head": commit, "git.dirty": dirty } = during?.environment ?? {};
      const changed = dirty === undefined ? undefined : dirty === "true";
      const build: StackBuild = {
        build: { ...others, context, dockerfile },
        finished: Number.isNaN(time) ? undefined : new Date(time).toISOString(),
        checkout: commit === undefined ? undefined : { commit, changed },
      };
      return [[digest, build] as const];
    }),
  );
}
