import { type Origin } from "./cluster-record";
import { ask, succeeds } from "./run";
import { versions } from "./versions";

/** What was decided about where something comes from, and why. */
export interface Decision {
  readonly thing: string;
  readonly choice: Origin;
  /** For people: what is done, because of what, and how to have it otherwise. */
  readonly text: string;
}

/** What the user says about the way to the internet. */
export type Wish = "online" | "offline" | undefined;

/** Looks whether something answers at an address. */
export type Probe = (address: string) => Promise<boolean>;

const VARIABLE = "GOURMETGRAM_REACH";

/** Keeps what `--online` or `--offline` says, for this process and those that it starts. */
export function wishFor(options: { online?: boolean; offline?: boolean }): void {
  if (options.online === true) process.env[VARIABLE] = "online";
  if (options.offline === true) process.env[VARIABLE] = "offline";
}

/** @throws Error if the variable GOURMETGRAM_REACH has another value */
export function currentWish(): Wish {
  const value = process.env[VARIABLE] ?? "";
  if (value === "" || value === "auto") return undefined;
  if (value === "online" || value === "offline") return value;
  throw new Error(
    `${VARIABLE} is ${value}: expected online, offline or auto\n  remedy: unset ${VARIABLE}, or use --online or --offline`,
  );
}

/**
 * Whether anything answers at an address: a registry says 401 to those who have not signed in. Asked by a process of its
 * own, which alone can be told to use the proxies of the environment (Node 22.21, 24.5 and later), as Pulumi's launcher is.
 */
export const answers: Probe = (address) =>
  succeeds(process.execPath, ["--eval", PROBE, address], THROUGH_PROXIES);

const PROBE =
  'fetch(process.argv[1], { method: "HEAD", signal: AbortSignal.timeout(5000) }).catch(() => process.exit(1));';

/** Has Node's fetch use the proxies that the environment names. */
export const THROUGH_PROXIES: Readonly<Record<string, string>> = { NODE_USE_ENV_PROXY: "1" };

/** Decides for one thing between the official form and one that is built here. */
async function decide(
  thing: string,
  addresses: readonly string[],
  { wish, probe }: { wish: Wish; probe: Probe },
  texts: Readonly<Record<Origin, string>>,
): Promise<Decision> {
  if (wish !== undefined) {
    const choice = wish === "online" ? "official" : "built";
    return { thing, choice, text: `${texts[choice]}, because --${wish} says so` };
  }
  const answering = await Promise.all(addresses.map(probe));
  const silent = addresses.filter((_, index) => answering[index] !== true).map((each) => new URL(each).host);
  if (silent.length > 0)
    return {
      thing,
      choice: "built",
      text: `${texts.built}, because ${silent.join(" and ")} cannot be reached`,
    };
  const hosts = addresses.map((address) => new URL(address).host).join(" and ");
  const verb = addresses.length === 1 ? "answers" : "answer";
  return { thing, choice: "official", text: `${texts.official}, because ${hosts} ${verb}` };
}

/** Where the Pulumi engine and its plugins come from. GOURMETGRAM_ENGINE (official or build) decides it by itself. */
export async function decideEngine(wish = currentWish(), probe = answers): Promise<Decision> {
  const own = process.env["GOURMETGRAM_ENGINE"] ?? "auto";
  const ownWish = own === "auto" ? wish : own === "official" ? "online" : "offline";
  const decision = await decide(
    "Pulumi engine",
    ["https://get.pulumi.com/"],
    { wish: ownWish, probe },
    {
      official: "downloaded",
      built: "built here from Go modules",
    },
  );
  if (own === "auto") return decision;
  return { ...decision, text: decision.text.replace(/because .*/, `because GOURMETGRAM_ENGINE is ${own}`) };
}

/** Where the node image and all other images of the cluster come from: from one place, so that they fit together. */
export const decideImages = (wish = currentWish(), probe = answers): Promise<Decision> =>
  decide(
    "Images",
    ["https://registry-1.docker.io/v2/", "https://quay.io/v2/"],
    { wish, probe },
    {
      official: `pulled, the nodes' is ${versions.kindNode.replace(/@.*/, "")}`,
      built: `built here, the nodes have Kubernetes ${versions.kubernetes}`,
    },
  );

/** Which program `kind` is used: the one on the PATH if it has the pinned version, else one that is built here. */
export async function decideKind(ofPath: () => Promise<string | undefined> = kindOfPath): Promise<Decision> {
  const found = await ofPath();
  if (found === versions.kind) return { thing: "kind", choice: "official", text: `${found}, from the PATH` };
  const reason = found === undefined ? "there is none on the PATH" : `the one on the PATH is ${found}`;
  return { thing: "kind", choice: "built", text: `${versions.kind}, built here, because ${reason}` };
}

async function kindOfPath(): Promise<string | undefined> {
  const printed = await ask("kind", ["version"]);
  return printed === undefined ? undefined : (/\bv(\d+\.\d+\.\d+\S*)/.exec(printed)?.[1] ?? "unknown");
}
