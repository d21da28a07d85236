import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { digestContext } from "../../tooling/engine/plugins/docker/build-context";

describe("the digest of a build context", () => {
  let project: string;

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "gourmetgram-project-"));
    write("train/Dockerfile", "FROM scratch\nCOPY . /app\n");
    write("train/flow.py", "print('training')\n");
  });

  afterEach(() => rmSync(project, { recursive: true }));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }

  async function digest(dockerfile = "train/Dockerfile"): Promise<string> {
    const found = await digestContext({
      context: join(project, "train"),
      dockerfile: join(project, dockerfile),
    });
    assert.match(found, /^[0-9a-f]{64}$/);
    return found;
  }

  it("is the same for the same sources, whenever they were written", async () => {
    const before = await digest();
    utimesSync(join(project, "train/flow.py"), 1, 1);
    mkdirSync(join(project, "train/empty"));
    assert.equal(await digest(), before);
  });

  const changes: [what: string, change: () => void][] = [
    ["a file's content", () => write("train/flow.py", "print('trained')\n")],
    ["a new file", () => write("train/tests/test_flow.py", "")],
    [
      "a file's name",
      () => (rmSync(join(project, "train/flow.py")), write("train/f.py", "print('training')\n")),
    ],
    ["a file's permissions", () => chmodSync(join(project, "train/flow.py"), 0o755)],
    ["the Dockerfile", () => write("train/Dockerfile", "FROM scratch\n")],
    ["a link", () => symlinkSync("flow.py", join(project, "train/link.py"))],
  ];
  for (const [what, change] of changes) {
    it(`changes with ${what}`, async () => {
      const before = await digest();
      change();
      assert.notEqual(await digest(), before);
    });
  }

  it("changes with a link's target, not with the content there", async () => {
    write("elsewhere.txt", "one");
    symlinkSync("../elsewhere.txt", join(project, "train/link"));
    const before = await digest();
    write("elsewhere.txt", "two");
    assert.equal(await digest(), before);
    rmSync(join(project, "train/link"));
    symlinkSync("../nowhere.txt", join(project, "train/link"));
    assert.notEqual(await digest(), before);
  });

  it("changes with a Dockerfile outside of the context", async () => {
    write("Training", "FROM scratch\n");
    const before = await digest("Training");
    write("Training", "FROM scratch\nCOPY . /\n");
    assert.notEqual(await digest("Training"), before);
  });

  it("does not change with what .dockerignore leaves out", async () => {
    write("train/.dockerignore", "# caches\n**/__pycache__\n*.md\n!README.md\ndata\n");
    const before = await digest();
    write("train/deep/__pycache__/flow.pyc", "1");
    write("train/NOTES.md", "1");
    write("train/data/large.bin", "1");
    assert.equal(await digest(), before);
    write("train/README.md", "1");
    assert.notEqual(await digest(), before);
  });

  it("changes with an exception in an ignored folder, and tells upper from lower case", async () => {
    write("train/.dockerignore", "data\n!data/keep.txt\n");
    const before = await digest();
    write("train/data/drop.txt", "1");
    assert.equal(await digest(), before);
    write("train/data/keep.txt", "1");
    const kept = await digest();
    assert.notEqual(kept, before);
    write("train/DATA/drop.txt", "1");
    assert.notEqual(await digest(), kept);
  });

  it("counts the Dockerfile even where it is ignored", async () => {
    write("train/.dockerignore", "*\n!flow.py\n");
    const before = await digest();
    write("train/Dockerfile", "FROM scratch\n");
    assert.notEqual(await digest(), before);
  });
});
