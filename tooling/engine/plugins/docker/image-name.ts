/** The parts of an image's name, `[host/]path[:tag]`. */
export interface ImageName {
  /** The registry, with its port if it has one; undefined where the name has none. */
  readonly host?: string;
  /** Host and path, without the tag. */
  readonly repository: string;
}

const pathPattern = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;

/** The parts of the name, or undefined if Docker would not take it as the name of something to build. */
export function parseImageName(name: string): ImageName | undefined {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  // Docker's own rule for telling a registry from the beginning of a path.
  const host = /[.:]/.test(first) || first === "localhost" ? first : undefined;
  const rest = host === undefined ? name : name.slice(slash + 1);
  const [path = "", tag, ...more] = rest.split(":");
  if (!pathPattern.test(path) || (tag !== undefined && !tagPattern.test(tag)) || more.length > 0) {
    return undefined;
  }
  return host === undefined ? { repository: path } : { host, repository: `${host}/${path}` };
}

/** The key under which Docker keeps the credentials of a registry, which for Docker Hub is an address of old. */
export function credentialsKey(server: string): string {
  const host = server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return isDockerHub(host) ? "https://index.docker.io/v1/" : host;
}

/** The repository as Docker lists it: without the host if that is Docker Hub, and without its official folder. */
export function familiarRepository({ host, repository }: ImageName): string {
  if (host === undefined || !isDockerHub(host)) {
    return repository;
  }
  return repository.slice(host.length + 1).replace(/^library\//, "");
}

function isDockerHub(host: string): boolean {
  return ["docker.io", "index.docker.io", "registry-1.docker.io"].includes(host);
}
