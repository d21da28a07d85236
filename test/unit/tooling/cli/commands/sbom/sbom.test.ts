import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import Ajv from "ajv";
import { pack } from "tar-stream";
import { documentOf, type ReadImage } from "../../../../../../tooling/cli/commands/sbom/document";
import { ImageReader } from "../../../../../../tooling/cli/commands/sbom/image";
import { addLayer, packagesIn } from "../../../../../../tooling/cli/commands/sbom/layers";
import { imagesIn } from "../../../../../../tooling/cli/commands/sbom/sbom";

const GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
const sha256 = (content: Buffer | string): string =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** A layer with these files. */
async function layer(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return buffer(archive);
}

const metadata = (name: string, version: string): string =>
  `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nSummary: x\n\nName: not-this\nVersion: 0\n`;

const STATUS = `Package: git
Status: install ok installed
Architecture: amd64
Version: 1:2.39.5-0+deb12u2
Description: fast
 Name: no field

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1.0
`;

async function notesOf(...layers: readonly Readonly<Record<string, string>>[]) {
  let notes = new Map<string, string>();
  for (const files of layers) {
    const content = Readable.from(gzipSync(await layer(files)));
    notes = await addLayer(notes, { mediaType: GZIP, digest: "sha256:x", content });
  }
  return packagesIn(notes).map(({ kind, name, version }) => `${kind} ${name} ${version}`);
}

const SITE = "usr/local/lib/python3.11/site-packages";

describe("what is in an image", () => {
  it("is what pip and dpkg have noted", async () => {
    const found = await notesOf({
      "./var/lib/dpkg/status": STATUS,
      [`${SITE}/Flask_Cors-4.0.0.dist-info/METADATA`]: metadata("Flask_Cors", "4.0.0"),
      [`${SITE}/flask_cors/METADATA`]: metadata("no-package", "1"),
      "etc/motd": "hello",
    });
    assert.deepEqual(found, ["deb git 1:2.39.5-0+deb12u2", "pypi flask-cors 4.0.0"]);
  });

  it("is what the upper layers leave of the lower ones", async () => {
    const lower = {
      [`${SITE}/torch-2.0.dist-info/METADATA`]: metadata("torch", "2.0"),
      [`${SITE}/numpy-1.0.dist-info/METADATA`]: metadata("numpy", "1.0"),
      "opt/venv/old-1.dist-info/METADATA": metadata("old", "1"),
    };
    const upper = {
      [`${SITE}/.wh.torch-2.0.dist-info`]: "",
      [`${SITE}/torch-2.1.dist-info/METADATA`]: metadata("torch", "2.1"),
      "opt/venv/.wh..wh..opq": "",
      "opt/venv/new-1.dist-info/METADATA": metadata("new", "1"),
    };
    assert.deepEqual(await notesOf(lower, upper), ["pypi new 1", "pypi numpy 1.0", "pypi torch 2.1"]);
  });

  it("is read from a bare archive, and not from one that is packed in another way", async () => {
    const content = await layer({ [`${SITE}/a-1.dist-info/METADATA`]: metadata("a", "1") });
    const bare = { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: "sha256:x" };
    const notes = await addLayer(new Map(), { ...bare, content: Readable.from(content) });
    assert.equal(packagesIn(notes).length, 1);
    const packed = { mediaType: `${bare.mediaType}+zstd`, digest: "sha256:x", content: Readable.from("") };
    await assert.rejects(addLayer(new Map(), packed), /sha256:x is compressed with zstd, expected gzip/);
  });

  it("is not read from a layer that is cut off", async () => {
    const content = Readable.from(gzipSync("no archive at all".repeat(100)).subarray(0, 30));
    await assert.rejects(addLayer(new Map(), { mediaType: GZIP, digest: "sha256:x", content }));
  });
});

describe("an image in a registry", () => {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, string>();
  const asked: string[] = [];
  let server: Server;
  let url: string;
  const BASIC = `Basic ${Buffer.from("alice:secret").toString("base64")}`;
  const registry = () => ({ url, credentials: { username: "alice", password: "secret" }, prefix: "alice/" });

  const put = (content: Buffer): string => {
    const digest = sha256(content);
    blobs.set(digest, content);
    return digest;
  };
  /** @returns its digest */
  const image = (layers: readonly Buffer[], labels?: Readonly<Record<string, string>>): string => {
    const about = { os: "linux", architecture: "arm64", rootfs: { diff_ids: ["sha256:unpacked"] } };
    const config = put(Buffer.from(JSON.stringify({ ...about, config: { Labels: labels ?? null } })));
    const text = JSON.stringify({
      config: { digest: config },
      layers: layers.map((each) => ({ mediaType: GZIP, digest: put(each) })),
    });
    manifests.set(sha256(text), text);
    return sha256(text);
  };

  before(async () => {
    server = createServer((request, response) => {
      const digest = request.url?.split("/").at(-1) ?? "";
      asked.push(request.url ?? "");
      const found = request.url?.includes("/manifests/") ? manifests.get(digest) : blobs.get(digest);
      const status = request.headers.authorization !== BASIC ? 401 : found === undefined ? 404 : 200;
      response.writeHead(status).end(status === 200 ? found : "");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(() => asked.splice(0));

  it("is read with its labels, and layers that are shared are read once", async () => {
    const lower = gzipSync(await layer({ [`${SITE}/torch-2.dist-info/METADATA`]: metadata("torch", "2") }));
    const upper = gzipSync(await layer({ [`${SITE}/flask-3.dist-info/METADATA`]: metadata("flask", "3") }));
    const base = { repository: "gourmetgram-app-base", digest: image([lower]) };
    const application = {
      repository: "alice/gourmetgram-app",
      digest: image([lower, upper], { "dev.gourmetgram.model-version": "3" }),
    };
    const reader = new ImageReader();
    const first = await reader.read(registry(), base);
    const second = await reader.read(registry(), application);
    assert.deepEqual(
      second.packages.map(({ name }) => name),
      ["flask", "torch"],
    );
    assert.deepEqual(second.labels, { "dev.gourmetgram.model-version": "3" });
    assert.deepEqual([second.platform, second.unpacked], ["linux/arm64", ["sha256:unpacked"]]);
    assert.equal(asked.filter((path) => path.endsWith(sha256(lower))).length, 1);
    const built = JSON.parse(documentOf(second, [first, second])) as Document;
    assert.deepEqual(built.metadata.component.properties, [
      { name: "gourmetgram:built-on", value: `gourmetgram-app-base@${base.digest}` },
      { name: "oci:label:dev.gourmetgram.model-version", value: "3" },
    ]);
    const alone = JSON.parse(documentOf(first, [first, second])) as Document;
    assert.equal(alone.metadata.component.properties, undefined);
  });

  it("is found in an index beside what is attested about it", async () => {
    const digest = image([gzipSync(await layer({ "var/lib/dpkg/status": STATUS }))]);
    const index = JSON.stringify({
      manifests: [
        { digest: "sha256:attested", platform: { os: "unknown" } },
        { digest, platform: { os: "linux" } },
      ],
    });
    manifests.set(sha256(index), index);
    const found = await new ImageReader().read(registry(), { repository: "app", digest: sha256(index) });
    assert.equal(found.digest, sha256(index));
    assert.deepEqual(
      found.packages.map(({ name }) => name),
      ["git"],
    );
  });

  it("that the registry does not have is named", async () => {
    const digest = sha256("nothing");
    await assert.rejects(
      new ImageReader().read(registry(), { repository: "app", digest }),
      new RegExp(`app@${digest}: the server answered 404`),
    );
  });
});

interface Document {
  readonly metadata: { readonly component: { readonly properties?: readonly unknown[] } };
  readonly components: readonly { readonly purl: string }[];
}

describe("a bill of materials", () => {
  const image: ReadImage = {
    repository: "gourmetgram-pipeline",
    digest: sha256("image"),
    labels: { "org.opencontainers.image.title": "gourmetgram-pipeline" },
    platform: "linux/amd64",
    layers: [],
    unpacked: [],
    packages: [
      { kind: "deb", name: "libstdc++6", version: "1:12.2.0-14+deb12u1", architecture: "amd64" },
      { kind: "pypi", name: "mlflow-skinny", version: "3.8.1" },
    ],
  };

  it("is a document of CycloneDX 1.6", () => {
    const folder = join(
      dirname(createRequire(__filename).resolve("@cyclonedx/cyclonedx-library/package.json")),
      "res",
      "schema",
    );
    const schema = (name: string): object => JSON.parse(readFileSync(join(folder, name), "utf8")) as object;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    for (const name of ["spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"]) {
      ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}`);
    }
    const validate = ajv.compile(schema("bom-1.6.SNAPSHOT.schema.json"));
    const document = JSON.parse(documentOf(image, [image])) as Record<string, unknown>;
    assert.ok(validate(document), JSON.stringify(validate.errors));
    assert.ok(!validate({ ...document, components: [{ name: "x" }] }), "the schema refuses nothing");
  });

  it("names each package in a form that scanners look up, and is the same each time", () => {
    const text = documentOf(image, [image]);
    const { components } = JSON.parse(text) as Document;
    assert.deepEqual(
      components.map(({ purl }) => purl),
      ["pkg:deb/debian/libstdc%2B%2B6@1%3A12.2.0-14%2Bdeb12u1?arch=amd64", "pkg:pypi/mlflow-skinny@3.8.1"],
    );
    assert.equal(documentOf({ ...image, packages: [...image.packages].reverse() }, []), text);
  });
});

describe("the images that a lab has built", () => {
  const [one, two] = [sha256("one"), sha256("two")];

  it("are those in its registry, under either address, each once", () => {
    const templates = JSON.stringify([
      { image: `localhost:30500/gourmetgram-pipeline@${one}` },
      { value: `registry.kube-system.svc.cluster.local:5000/gourmetgram-app-base@${two}` },
    ]);
    const found = imagesIn(
      [`localhost:30500/gourmetgram-pipeline@${one}`, "docker.io/library/postgres:17.6"],
      templates,
      ["localhost:30500", "registry.kube-system.svc.cluster.local:5000"],
    );
    assert.deepEqual(found, {
      built: [
        { repository: "gourmetgram-pipeline", digest: one },
        { repository: "gourmetgram-app-base", digest: two },
      ],
      elsewhere: ["docker.io/library/postgres:17.6"],
    });
  });
});
