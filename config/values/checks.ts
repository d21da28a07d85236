/**
 * Checks on single values. Each is pure: it takes a value and says what is wrong with it, or nothing.
 *
 * The texts complete the sentence "gourmetgram:key is "value": …", so they start in lower case, say what is expected and
 * have no full stop.
 */
import { isIP } from "node:net";
import { distance } from "fastest-levenshtein";
import { bytesOf, coresOf } from "../../components/kubernetes/index";
import { scheduleProblem, timeZoneProblem } from "../../packages/argo-lint/index";

/** Says what is wrong with a value, or `undefined` if nothing is. */
export type Check<T = string> = (value: T) => string | undefined;

/** The first and the last node port of Kubernetes' default range. */
export const NODE_PORTS = [30000, 32767] as const;

/** Accepts every value. */
export const anything: Check = () => undefined;

const LABEL = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(?:\\.${LABEL})*`;

/** A DNS label (RFC 1123): the form of namespaces' and Services' names. */
export const dnsLabel: Check = matching(
  `^${LABEL}$`,
  "expected a DNS label: at most 63 lower-case letters, digits and hyphens, with a letter or digit at both ends",
);

/** The name of a namespace that this stack may create: a DNS label that Kubernetes does not keep for itself. */
export const namespaceName: Check = (value) =>
  value === "default" || value.startsWith("kube-")
    ? "this namespace belongs to Kubernetes: expected another name"
    : dnsLabel(value);

/** Names of namespaces and of a user of the registry that are taken, each with `gourmetgram-` before it. */
const TAKEN = ["backup", "base", "build", "platform", "staging"];

/** A student's name: it begins the names of namespaces, and is a path in the registry. */
export const studentName: Check = (value) => {
  if (TAKEN.includes(value)) {
    return "this name is reserved for the lab: expected another one";
  }
  // The staging namespace of bob is the first namespace of bob-staging.
  return /^[a-z](?:-?[a-z0-9]+)*$/.test(value) && value.length <= 40 && !/-(?:staging|build)$/.test(value)
    ? undefined
    : "expected a student's name: at most 40 lower-case letters, digits and single hyphens, with a letter first, and neither a hyphen nor -staging nor -build last";
};

/** The name of a stack: its own, or with those of its organization and project before it. */
export const stackName: Check = matching(
  "^(?:[\\w.-]+/[\\w.-]+/)?[\\w.-]{1,100}$",
  "expected the name of a stack, such as dev-base or organization/gourmetgram/dev-base",
);

/** A DNS subdomain (RFC 1123): the form of most names in Kubernetes, such as a storage class's. */
export const dnsSubdomain: Check = (value) =>
  value.length <= 253 && new RegExp(`^${SUBDOMAIN}$`).test(value)
    ? undefined
    : "expected a DNS subdomain: DNS labels in lower case, joined by dots";

/** A host name or an IP address, without a port. */
export const host: Check = (value) =>
  isIP(value) !== 0 || isHostName(value)
    ? undefined
    : "expected a host name or an IP address, without a port";

/** A host name, an IP address, or a name with a leading `*.` for all hosts below it. */
export const hostPattern: Check = (value) =>
  host(value.replace(/^\*\./, "")) === undefined
    ? undefined
    : "expected a host name, an IP address or a pattern such as *.example.org, without a port";

/** An IPv4 or IPv6 address. */
export const ipAddress: Check = (value) => (isIP(value) !== 0 ? undefined : "expected an IP address");

/** A block of IPv4 or IPv6 addresses in CIDR notation. */
export const addressBlock: Check = (value) => {
  const [address = "", prefix = "", ...rest] = value.split("/");
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits
    ? undefined
    : "expected a block of addresses, such as 10.0.0.1/32";
};

/** A positive number of processor cores, such as `1.5` or `1500m`. */
export const cpuQuantity: Check = positive(coresOf, "a positive number of cores, such as 1.5 or 1500m");

/** A positive quantity of bytes, such as `10Gi`. */
export const quantity: Check = positive(bytesOf, "a positive quantity of bytes, such as 10Gi or 500Mi");

/** A reference to an image: `[host[:port]/]path[:tag][@digest]`. */
export const imageReference: Check = (value) => {
  const [tagged = "", digest, ...rest] = value.split("@");
  const colon = tagged.indexOf(":", tagged.lastIndexOf("/") + 1);
  const repository = colon === -1 ? tagged : tagged.slice(0, colon);
  const good =
    rest.length === 0 &&
    isRepository(repository) &&
    (colon === -1 || /^\w[\w.-]{0,127}$/.test(tagged.slice(colon + 1))) &&
    (digest === undefined || /^sha256:[0-9a-f]{64}$/.test(digest));
  return good ? undefined : "expected an image reference, such as docker.io/library/postgres:17.6";
};

/** The address of a registry, with the path under which images go: `host[:port][/path]`. */
export const registryAddress: Check = (value) => {
  const [server, ...path] = value.split("/");
  const good = server !== undefined && isServer(server) && (path.length === 0 || isPath(path.join("/")));
  return good
    ? undefined
    : "expected a registry's address, such as registry.example.org:5000/team, without a scheme";
};

/** The name of a branch, in the characters that need no quotes in a shell or in a YAML file. */
export const gitBranch: Check = (value) =>
  /^[A-Za-z0-9_][\w.-]*(?:\/[A-Za-z0-9_][\w.-]*)*$/.test(value) && !/\.\.|\.$|\.lock(?:\/|$)/.test(value)
    ? undefined
    : "expected the name of a branch, such as main or feature/page";

/** A URI of a PostgreSQL database in SQLAlchemy's form, with a host and a database name. */
export const databaseUri: Check = (value) => {
  const uri = parseUrl(value);
  return uri !== undefined &&
    /^postgresql(\+psycopg2)?:$/.test(uri.protocol) &&
    uri.hostname !== "" &&
    uri.pathname.length > 1
    ? undefined
    : "expected a URI such as postgresql://user:password@host:5432/database";
};

/** An address in S3: `s3://bucket[/path]`. */
export const s3Uri: Check = matching(
  "^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\\s?#]*)?$",
  "expected an S3 address, such as s3://bucket/path",
);

/** An http or https address without credentials. */
export const httpUrl: Check = (value) => {
  const url = parseUrl(value);
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === ""
    ? undefined
    : "expected an http or https address, without a user name or password in it";
};

/** A Python package index that pip trusts without further options: HTTPS, or on the building machine itself. */
export const packageIndex: Check = (value) => {
  const url = httpUrl(value) === undefined ? parseUrl(value) : undefined;
  return url?.protocol === "https:" || ["localhost", "127.0.0.1"].includes(url?.hostname ?? "")
    ? undefined
    : "expected an https address without a user name or password in it, such as https://download.pytorch.org/whl/cpu";
};

/**
 * A cron string of five fields that fires at some time, as Argo reads it. Nicknames such as `@daily` are refused: the
 * schedules of a class are spread by their minutes.
 */
export const cron: Check = (value) => {
  const count = value.trim().split(/\s+/).length;
  return count !== 5 || value.startsWith("@") || value.includes("=")
    ? `expected five fields such as "0 2 * * *": minute, hour, day of the month, month, day of the week`
    : scheduleProblem(value);
};

/** A name of the IANA time zone database, in its own spelling: the names that Argo knows. */
export const timeZone: Check = timeZoneProblem;

/** An integer between two bounds, both included. */
export function integerBetween(min: number, max: number): Check<number> {
  return (value) =>
    Number.isInteger(value) && value >= min && value <= max
      ? undefined
      : `expected an integer from ${min} to ${max}`;
}

/** What a file is encrypted with. */
export const passphrase: Check = (value) =>
  value.length >= 12 ? undefined : "expected at least 12 characters: use several words";

/** One of a few words. */
export function oneOf(words: readonly string[]): Check {
  return (value) => (words.includes(value) ? undefined : `expected one of ${words.join(", ")}`);
}

/** The known word that is closest to a misspelt one, or `undefined` if none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((each) => ({ each, far: distance(word.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return best !== undefined && best.far <= Math.max(3, Math.floor(best.each.length / 2))
    ? best.each
    : undefined;
}

function positive(read: (quantity: string) => number, what: string): Check {
  return (value) => {
    try {
      return read(value) > 0 ? undefined : `expected ${what}`;
    } catch {
      return `expected ${what}`;
    }
  };
}

function matching(pattern: string, expected: string): Check {
  const expression = new RegExp(pattern);
  return (value) => (expression.test(value) ? undefined : expected);
}

function isHostName(value: string): boolean {
  // A dotted number such as 300.1.1.1 is a mistyped address, never a name.
  return value.length <= 253 && new RegExp(`^${SUBDOMAIN}$`, "i").test(value) && !/(?:^|\.)\d+$/.test(value);
}

function isServer(value: string): boolean {
  const match = /^(\[[0-9a-f:]+\]|[^:]+)(?::(\d{1,5}))?$/i.exec(value);
  const [, name, port] = match ?? [];
  return name !== undefined && host(name.replace(/^\[|\]$/g, "")) === undefined && Number(port ?? 1) <= 65535;
}

function isPath(value: string): boolean {
  const part = "[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*";
  return new RegExp(`^${part}(?:/${part})*$`).test(value);
}

function isRepository(value: string): boolean {
  const slash = value.indexOf("/");
  const first = value.slice(0, Math.max(slash, 0));
  // As in Docker: the part before the first slash is a server if it could be no path.
  const hasServer = first.includes(".") || first.includes(":") || first === "localhost";
  return hasServer ? isServer(first) && isPath(value.slice(slash + 1)) : isPath(value);
}

function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}
