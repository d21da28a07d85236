/** The packages in an image, read from its layers: nothing of it is run. */
import { posix } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";

/** A package that is installed in an image. */
export interface Package {
  readonly kind: "pypi" | "deb";
  readonly name: string;
  readonly version: string;
  /** Of a package of Debian. */
  readonly architecture?: string;
}

/** A layer as a registry has it. */
export interface Layer {
  readonly mediaType: string;
  readonly digest: string;
  readonly content: Readable;
}

/** What pip records of each package, and dpkg of all of its packages. */
const NOTED = /(?:^|\/)[^/]+\.(?:dist-info\/METADATA|egg-info\/PKG-INFO)$|^var\/lib\/dpkg\/status$/;
/** Names of files that hide a file, or with the second form a whole folder, of the layers below. */
const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";

/** The records of package managers, by their paths in the image. */
type Notes = Map<string, string>;

/**
 * Lays a layer over those below it.
 *
 * @throws Error if it is compressed in a form that is not known
 */
export async function addLayer(below: Notes, { mediaType, digest, content }: Layer): Promise<Notes> {
  if (/zstd/.test(mediaType)) {
    throw new Error(`the layer ${digest} is compressed with zstd, expected gzip: push the image with gzip`);
  }
  const added: Notes = new Map();
  const hidden: string[] = [];
  const archive = extract();
  const reading = (async () => {
    for await (const entry of archive) {
      const path = posix.join("/", entry.header.name).slice(1);
      const { dir, base } = posix.parse(path);
      if (base === OPAQUE) hidden.push(dir === "" ? "" : `${dir}/`);
      else if (base.startsWith(WHITEOUT)) hidden.push(posix.join(dir, base.slice(WHITEOUT.length)));
      else if (entry.header.type === "file" && NOTED.test(path)) added.set(path, await text(entry));
      entry.resume();
    }
  })();
  // Docker's layers are gzip whatever they are called; a layer may also be a bare archive.
  const unpacked = /gzip/.test(mediaType) ? [createGunzip()] : [];
  await Promise.all([pipeline([content, ...unpacked, archive]), reading]);
  const isHidden = (path: string): boolean =>
    hidden.some((each) => (each === "" || each.endsWith("/") ? path.startsWith(each) : isAt(path, each)));
  return new Map([...[...below].filter(([path]) => !isHidden(path)), ...added]);
}

/** Whether a path is `place`, or below it. */
const isAt = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`);

/** The recorded packages, each once, sorted by kind and name. */
export function packagesIn(notes: Notes): Package[] {
  const found = [...notes].flatMap(([path, content]) =>
    path === "var/lib/dpkg/status" ? debianPackages(content) : pythonPackage(content),
  );
  const key = ({ kind, name, version }: Package): string => `${kind} ${name} ${version}`;
  return [...new Map(found.map((each) => [key(each), each])).entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, each]) => each);
}

function pythonPackage(metadata: string): Package[] {
  const { Name: name, Version: version } = fieldsOf(metadata);
  if (name === undefined || version === undefined) return [];
  return [{ kind: "pypi", name: name.toLowerCase().replace(/[._-]+/g, "-"), version }];
}

/** The installed ones. Of a package that was removed, only its configuration may be left. */
function debianPackages(status: string): Package[] {
  return status.split(/\n\n+/).flatMap((stanza): Package[] => {
    const { Package: name, Version: version, Architecture: architecture, Status: state } = fieldsOf(stanza);
    if (name === undefined || version === undefined || state?.endsWith(" installed") !== true) return [];
    return [{ kind: "deb", name, version, ...(architecture === undefined ? {} : { architecture }) }];
  });
}

/** The fields of one line each, up to the first empty line. */
function fieldsOf(stanza: string): Readonly<Partial<Record<string, string>>> {
  const [head = ""] = stanza.replaceAll("\r\n", "\n").split("\n\n");
  return Object.fromEntries(
    [...head.matchAll(/^([A-Za-z-]+): *(.*)$/gm)].map(([, key = "", value = ""]) => [key, value.trim()]),
  );
}
