import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { ApiServer } from "./support/api-server";
import { checkout } from "../support/checkout";

// Set by test/engine.ts where they are there.
const definitions = process.env["GOURMETGRAM_ARGO_DEFINITIONS"];

// A control plane without nodes judges what `npm run render` writes, so that no cluster is touched.
describe("the rendered manifests before an API server", function () {
  this.timeout(180_000);
  let server: ApiServer | undefined;
  let folder: string;

  before(async function () {
    server = await ApiServer.ofThisMachine();
    if (server === undefined) return this.skip();
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-rendered-"));
    await render(folder);
    // What other objects need to be there, for their own dry run.
    await apply("-f", ...kinds("namespace"));
    await apply("-f", ...kinds("customresourcedefinition"));
    await kubectl("wait", "--for=condition=Established", "--all", "crd", "--timeout=60s");
  });

  after(async () => {
    await server?.stop();
    if (server !== undefined) rmSync(folder, { recursive: true });
  });

  const kubectl = (...args: string[]): Promise<string> => server?.kubectl(...args) ?? assert.fail();
  // Server-side, because Argo's definitions are too long for the annotation that kubectl would write.
  const apply = (...args: string[]) => kubectl("apply", "--server-side", "--validate=strict", ...args);

  /** Paths of a kind's files, ready to follow `-f`. */
  function kinds(...names: string[]): string[] {
    const files = readdirSync(folder).filter((file) =>
      names.some((name) => file.slice(3).startsWith(`${name}-`)),
    );
    assert.ok(files.length > 0, `no ${names.join(", ")}`);
    return [files.map((file) => join(folder, file)).join(",")];
  }

  it("are accepted, without a warning", async () => {
    const shown = await apply("--dry-run=server", "-f", folder);
    const manifests = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
    assert.equal(shown.match(/\(server dry run\)/g)?.length, manifests.length);
    assert.doesNotMatch(shown, /warning/i);
  });

  it("are the same, byte for byte, when they are rendered again", async () => {
    const texts = () => readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]);
    const before = texts();
    await render(folder);
    assert.deepEqual(texts(), before);
  });

  it("have workflows that fit Argo's full definitions", async function () {
    if (definitions === undefined) return this.skip(); // Argo's sources are not at hand.
    const full = readdirSync(definitions).filter((file) => /^argoproj\.io_.*\.yaml$/.test(file));
    await apply("--force-conflicts", "-f", full.map((file) => join(definitions, file)).join(","));
    await kubectl("wait", "--for=condition=Established", "--all", "crd", "--timeout=60s");
    const workflows = kinds("workflowtemplate", "cronworkflow");
    const shown = await apply("--dry-run=server", "-f", ...workflows);
    assert.doesNotMatch(shown, /warning/i);
    assert.equal(shown.match(/\(server dry run\)/g)?.length, workflows.join().split(",").length);
    // The definitions are in force: a misspelt field is refused.
    const [first = ""] = workflows.join().split(",");
    const misspelt = join(folder, "..", `misspelt-${process.pid}.yaml`);
    writeFileSync(misspelt, readFileSync(first, "utf8").replace("entrypoint:", "entryPoint:"));
    try {
      await assert.rejects(apply("--dry-run=server", "-f", misspelt), /entryPoint/);
    } finally {
      rmSync(misspelt);
    }
  });
});

/** Renders the stack `dev` as a checkout has it, whatever this machine's lab has of it. */
async function render(folder: string): Promise<void> {
  const args = ["tooling/gourmetgram.mjs", "render", folder];
  const nowhere = join(folder, "..", "gourmetgram-no-lab");
  await execa(process.execPath, args, { cwd: checkout, env: { GOURMETGRAM_LAB_HOME: nowhere } });
}
