/** How a machine outside the cluster reaches the lab: by the addresses of its outputs, else by the cluster's API. */
import { connect } from "node:net";
import type { LabOutputs } from "../../../stacks";
import { type Place, type PlaceName, placesOf } from "./places";
import { type Forward, forward, type PodAccess } from "./port-forward";
import { NoReadyPod, portOf, type ServicePort } from "./service";
import { errorOf } from "../../support/errors";

/** Milliseconds that an address has to take a connection. */
const PATIENCE = 1000;
/** The variable that has the lab reached by port-forwards alone. */
const FORWARD = "GOURMETGRAM_FORWARD";

/** How {@link reach} looks, and whom it tells. */
export interface ReachOptions {
  /** Asked for only if an address does not answer. */
  readonly access: () => Promise<PodAccess>;
  /** Told in one line that the lab is reached by the cluster's API, and why. */
  readonly notice: (line: string) => void;
  /** Told why a connection came to nothing. @default nobody is told */
  readonly failed?: (reason: string) => void;
  /** Whether something takes connections at an address. @default {@link answersAt} */
  readonly answers?: (url: string) => Promise<boolean>;
}

/** A lab whose addresses lead there from this machine. */
export interface Reached {
  /** The outputs, with the addresses that answer. */
  readonly outputs: LabOutputs;
  /** Which of the addresses are port-forwards. */
  readonly forwarded: readonly PlaceName[];
  /** Where nothing serves yet, with the command that may change it. */
  readonly idle: ReadonlyMap<PlaceName, string>;
  /** Ends all port-forwards, and the connections through them. */
  readonly close: () => Promise<void>;
}

/** A place that does not answer, and what stands behind it. */
interface Silent {
  readonly place: Place;
  readonly service?: ServicePort;
  readonly problem?: Error;
}

/**
 * Finds a way to each of the lab's places that are named. Where nothing answers at the address of the outputs, a
 * port-forward is opened, at the same port of this machine if that is free, so that the address is as before wherever
 * it is that of `localhost`. With `GOURMETGRAM_FORWARD=always`, no address is tried, and each place gets a port-forward.
 *
 * @param names Places that are not in the cluster, such as a registry elsewhere, are left as they are.
 * @throws Error that names all places without a ready pod, or if GOURMETGRAM_FORWARD has another value; no port-forward
 *   is open then
 */
export async function reach(
  outputs: LabOutputs,
  names: readonly PlaceName[],
  { access, notice, failed = () => undefined, answers = answersAt }: ReachOptions,
): Promise<Reached> {
  const always = alwaysForwards();
  const places = placesOf(outputs).filter(({ name }) => names.includes(name));
  const answering = await Promise.all(places.map(async ({ url }) => !always && (await answers(url))));
  const silent = places.filter((_, index) => answering[index] !== true);
  if (silent.length === 0) return { outputs, forwarded: [], idle: new Map(), close: () => Promise.resolve() };

  const cluster = await access();
  const found = await Promise.all(silent.map((place) => lookBehind(cluster, place)));
  const isIdle = ({ place, problem }: Silent): boolean =>
    place.whenIdle !== undefined && problem instanceof NoReadyPod;
  // What nobody has deployed yet is a fault only if it alone is asked for.
  const faults = found.filter((each) => each.problem !== undefined && (names.length === 1 || !isIdle(each)));
  if (faults.length > 0) throw new Error(textOfFaults(faults, always));

  // Nothing can answer for an idle place, so the others tell whether its address leads to the cluster.
  const closed = found.filter((each) => !isIdle(each));
  const ways = closed.length === 0 ? [] : found;
  const forwards: Forward[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(forwards.map((each) => each.close()));
  };
  let reached = outputs;
  try {
    for (const { place, service } of ways) {
      if (service === undefined) continue;
      const tell = (reason: string): void => failed(`${place.label}: ${reason}`);
      const opened = await forward(cluster, service, portOf(place.url), tell);
      forwards.push(opened);
      reached = place.replacedIn(reached, localUrl(place.url, opened.port));
    }
  } catch (error) {
    await close();
    throw error;
  }
  if (closed.length > 0) {
    const why = always ? `${FORWARD} is always` : silenceOf(closed.map(({ place }) => place));
    notice(`${why}: the lab is reached through the cluster's API while this command runs`);
  }
  return {
    outputs: reached,
    forwarded: ways.map(({ place }) => place.name),
    idle: new Map(found.filter(isIdle).map(({ place }) => [place.name, place.whenIdle ?? ""])),
    close,
  };
}

/** @throws Error if the variable GOURMETGRAM_FORWARD has another value */
function alwaysForwards(): boolean {
  const value = process.env[FORWARD] ?? "";
  if (["", "auto", "always"].includes(value)) return value === "always";
  throw new Error(`${FORWARD} is ${value}: expected always or auto\n  remedy: unset ${FORWARD}`);
}

/** Whether something at an address takes a connection within a second. */
export function answersAt(url: string): Promise<boolean> {
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
  return new Promise((resolve) => {
    const socket = connect({ host, port: portOf(url) });
    const end = (answers: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answers);
    };
    // Not the socket's own timeout, which leaves the look-up of the name out.
    const timer = setTimeout(() => end(false), PATIENCE);
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

async function lookBehind(cluster: PodAccess, place: Place): Promise<Silent> {
  try {
    const service = place.service ?? (await cluster.serviceOnNodePort(portOf(place.url)));
    if (service === undefined) {
      return { place, problem: new Error(`no service has the node port ${portOf(place.url)}`) };
    }
    return await cluster.readyPod(service).then(
      () => ({ place, service }),
      (problem: Error) => ({ place, service, problem }),
    );
  } catch (error) {
    return { place, problem: errorOf(error) };
  }
}

function textOfFaults(faults: readonly Silent[], always: boolean): string {
  const lines = faults.map(
    ({ place, problem }) =>
      `\n  ${place.label}: ${always ? "" : `nothing answers at ${place.url}, and `}${problem?.message ?? ""}` +
      `\n    remedy: ${remedyFor(place, problem)}`,
  );
  return `not everything of the lab can be reached${lines.join("")}`;
}

function remedyFor({ whenIdle }: Place, problem: Error | undefined): string {
  if (!(problem instanceof NoReadyPod)) return "npm run up";
  return whenIdle ?? "wait until it is ready; npm run status shows what runs";
}

function silenceOf(places: readonly Place[]): string {
  const hosts = places.map(({ url }) => new URL(url).host).join(", ");
  const isNodePort = places.every(({ url }) => portOf(url) >= 30_000 && portOf(url) <= 32_767);
  const where = isNodePort ? `the node port${places.length === 1 ? "" : "s"} ${hosts}` : hosts;
  return `nothing answers at ${where}`;
}

/** The same address at a port of this machine. */
function localUrl(url: string, port: number): string {
  const { protocol, pathname } = new URL(url);
  return `${protocol}//localhost:${port}${pathname === "/" ? "" : pathname}`;
}
