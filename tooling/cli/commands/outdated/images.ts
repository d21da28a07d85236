/** The images that the project names: newer tags, and what a tag means today, asked of their registries. */
import { MANIFEST_FORMS } from "../../../backup/parts/images";
import { causeOf } from "../../../support/errors";
import { type Answer, isNewer, type Old, type Tagged } from "./answer";

export interface NamedImage {
  /** `host/repository:tag`, with or without a digest. */
  readonly reference: string;
  /** The key that names it, or the file. */
  readonly where: string;
}

export interface ImagesToAsk {
  readonly images: readonly NamedImage[];
  /** Digests under which this machine's Docker has an image; none where it has it not. */
  readonly digestsHere: (reference: string) => Promise<readonly string[]>;
  readonly fetch: typeof fetch;
}

/** Most pages of a list of tags that are read. */
const PAGES = 50;

export async function askImages({ images, digestsHere, fetch }: ImagesToAsk): Promise<Answer> {
  const old: Old[] = [];
  const tagged: Tagged[] = [];
  const silent = new Map<string, string[]>();
  let answered = 0;
  for (const { reference, where } of images) {
    const image = imageOf(reference);
    try {
      const registry = new Repository(image, fetch);
      const latest = newestLike(image.tag, await registry.tags());
      const digest = await registry.digest(image.tag);
      answered += 1;
      if (image.digest === undefined) {
        tagged.push({ reference: `${image.name}:${image.tag}@${digest}`, where });
      }
      if (latest !== undefined) {
        old.push({ name: image.name, current: image.tag, latest, where: [where] });
      }
      const here = image.digest === undefined ? await digestsHere(reference) : [image.digest];
      if (here.length > 0 && !here.includes(digest)) {
        old.push({
          name: `${image.name}:${image.tag}`,
          current: here.join(", "),
          latest: digest,
          where: [where],
        });
      }
    } catch (error) {
      const reason = causeOf(error);
      silent.set(reason, [...(silent.get(reason) ?? []), image.name]);
    }
  }
  return {
    source: "images",
    answered: { versions: answered, vulnerabilities: 0 },
    old,
    holes: [],
    tagged,
    unanswered: [...silent].map(([reason, names]) => `newest tags of ${names.join(", ")}: ${reason}`),
  };
}

interface Image {
  /** `host/repository`. */
  readonly name: string;
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string | undefined;
}

const DOCKER_HUB = "docker.io";

export function imageOf(reference: string): Image {
  const [rest = "", digest] = reference.split("@");
  const colon = rest.lastIndexOf(":");
  const tagged = colon > rest.lastIndexOf("/");
  const path = tagged ? rest.slice(0, colon) : rest;
  const [first = "", ...others] = path.split("/");
  const hasHost = others.length > 0 && /[.:]|^localhost$/.test(first);
  const host = hasHost ? first : DOCKER_HUB;
  const named = hasHost ? others.join("/") : path;
  const repository = host === DOCKER_HUB && !named.includes("/") ? `library/${named}` : named;
  return {
    name: `${host}/${repository}`,
    host,
    repository,
    tag: tagged ? rest.slice(colon + 1) : "latest",
    digest,
  };
}

/** The newest of the tags that differ from a tag in their numbers alone; `undefined` where it is the newest. */
export function newestLike(tag: string, tags: readonly string[]): string | undefined {
  const shape = (text: string): string => text.replace(/\d+/g, "0");
  return tags
    .filter((each) => shape(each) === shape(tag) && isNewer(each, tag))
    .sort((a, b) => (isNewer(a, b) ? -1 : 1))[0];
}

/** A repository in a registry, read without an account. */
class Repository {
  private token: string | undefined;

  constructor(
    private readonly image: Image,
    private readonly fetched: typeof fetch,
  ) {}

  async tags(): Promise<string[]> {
    const tags: string[] = [];
    let path: string | undefined = `/v2/${this.image.repository}/tags/list?n=1000`;
    for (let page = 0; path !== undefined; page += 1) {
      if (page === PAGES) throw new Error(`the list of its tags has more than ${PAGES} pages`);
      const response = await this.ask(path);
      tags.push(...(((await response.json()) as { tags: string[] | null }).tags ?? []));
      path = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
    }
    return tags;
  }

  async digest(tag: string): Promise<string> {
    const response = await this.ask(`/v2/${this.image.repository}/manifests/${tag}`, { method: "HEAD" });
    const digest = response.headers.get("docker-content-digest");
    if (digest === null) throw new Error(`the registry names no digest of the tag ${tag}`);
    return digest;
  }

  private async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const { host } = this.image;
    const server = host === DOCKER_HUB ? "registry-1.docker.io" : host;
    const scheme = /^(?:localhost|127\.)/.test(host) ? "http" : "https";
    const address = new URL(path, `${scheme}://${server}`);
    const request = (): Promise<Response> =>
      this.fetched(address, {
        ...init,
        headers: {
          accept: MANIFEST_FORMS,
          ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        },
        signal: AbortSignal.timeout(20_000),
      });
    let response = await request();
    const challenge = response.headers.get("www-authenticate");
    if (response.status === 401 && challenge !== null) {
      this.token = await this.tokenBy(challenge);
      response = await request();
    }
    if (!response.ok) throw new Error(`its registry answers ${response.status}`);
    return response;
  }

  /** A registry's challenge says where it gives out tokens to everyone. */
  private async tokenBy(challenge: string): Promise<string> {
    const said: Readonly<Partial<Record<string, string>>> = Object.fromEntries(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
    );
    const { realm, service, scope } = said;
    if (realm === undefined) throw new Error("its registry asks for an account");
    const address = new URL(realm);
    if (service !== undefined) address.searchParams.set("service", service);
    address.searchParams.set("scope", scope ?? `repository:${this.image.repository}:pull`);
    const response = await this.fetched(address, { signal: AbortSignal.timeout(20_000) });
    const { token, access_token: accessToken } = (await response.json()) as {
      token?: string;
      access_token?: string;
    };
    const found = token ?? accessToken;
    if (found === undefined) throw new Error("its registry gives no token without an account");
    return found;
  }
}
