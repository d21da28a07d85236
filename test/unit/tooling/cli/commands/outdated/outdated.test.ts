import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Answer,
  type Ask,
  isNewer,
  type Printed,
} from "../../../../../../tooling/cli/commands/outdated/answer";
import { askGo } from "../../../../../../tooling/cli/commands/outdated/go";
import { askImages, imageOf, newestLike } from "../../../../../../tooling/cli/commands/outdated/images";
import { askNpm } from "../../../../../../tooling/cli/commands/outdated/npm";
import { LISTS } from "../../../../../../tooling/cli/commands/outdated/outdated";
import { askPython, namesIn, pinsIn } from "../../../../../../tooling/cli/commands/outdated/python";
import { exitCodeOf, textOf } from "../../../../../../tooling/cli/commands/outdated/report";
import { checkout } from "../../../../../support/checkout";

const printed = (stdout: unknown, exitCode: number | undefined = 0, stderr = ""): Printed => ({
  stdout: typeof stdout === "string" ? stdout : JSON.stringify(stdout, null, 2),
  stderr,
  exitCode,
});

/** Answers by the start of a command line. */
const asked =
  (answers: Readonly<Record<string, Printed | ((args: readonly string[]) => Printed)>>): Ask =>
  (command, args) => {
    const line = [command, ...args].join(" ");
    const found = Object.entries(answers).find(([start]) => line.startsWith(start))?.[1];
    if (found === undefined) throw new Error(`nobody expected: ${line}`);
    return Promise.resolve(typeof found === "function" ? found(args) : found);
  };

describe("what is old or has vulnerabilities", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "gourmetgram-test-outdated-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("compares versions by their numbers", () => {
    assert.ok(isNewer("1.10.0", "1.9.3"));
    assert.ok(!isNewer("3.248.0", "3.259.0"));
    assert.ok(!isNewer("1.0.0", "1.0.0"));
  });

  describe("of npm", () => {
    const advisory = { url: "https://example.org/advisories/GHSA-1", title: "It leaks", range: "<2.0.1" };
    const audit = {
      vulnerabilities: {
        leaky: { name: "leaky", via: [advisory], fixAvailable: { name: "leaky", version: "2.0.1" } },
        // Has it by the other alone.
        user: { name: "user", via: ["leaky"], fixAvailable: false },
      },
    };

    it("is what npm says, the registry's own older tags aside", async () => {
      const answer = await askNpm(
        asked({
          "npm outdated": printed(
            {
              old: { current: "1.9.0", wanted: "1.9.0", latest: "1.10.0" },
              ahead: { current: "3.2.0", wanted: "3.2.0", latest: "3.1.0" },
            },
            1,
          ),
          "npm audit": printed(audit, 1),
        }),
        folder,
      );
      assert.deepEqual(answer.old, [
        { name: "old", current: "1.9.0", latest: "1.10.0", where: ["package.json"] },
      ]);
      assert.deepEqual(answer.holes[0], {
        id: "GHSA-1",
        name: "leaky",
        version: "<2.0.1",
        fixed: ["leaky 2.0.1"],
        where: ["package-lock.json"],
      });
      // Of each of two lock files.
      assert.equal(answer.holes.length, 2);
      assert.deepEqual(answer.unanswered, []);
    });

    it("is not known where the registry refuses, and says so without its address", async () => {
      const refusal = {
        message: "405 Method Not Allowed - POST https://user:pass@npm.example/bulk",
        statusCode: 405,
      };
      const answer = await askNpm(
        asked({ "npm outdated": printed("", 1, "npm error network"), "npm audit": printed(refusal, 1) }),
        folder,
      );
      assert.deepEqual(answer.answered, { versions: 0, vulnerabilities: 0 });
      assert.match(answer.unanswered.join("\n"), /newest versions of package\.json: npm error network/);
      assert.match(
        answer.unanswered.join("\n"),
        /vulnerabilities of package-lock\.json: 405 Method Not Allowed/,
      );
      assert.doesNotMatch(answer.unanswered.join("\n"), /pass/);
    });

    it("is nothing where npm prints nothing", async () => {
      const answer = await askNpm(
        asked({ "npm outdated": printed(""), "npm audit": printed({ vulnerabilities: {} }) }),
        folder,
      );
      assert.deepEqual([answer.old, answer.holes, answer.unanswered], [[], [], []]);
    });
  });

  describe("of Python", () => {
    const lists = ["one/requirements.txt", "two/requirements.txt", "copy/requirements.txt"];
    const index = (args: readonly string[]): Printed =>
      args.at(-1) === "flask"
        ? printed("flask (3.2.0)\nAvailable versions: 3.2.0")
        : printed("", 1, "no such index");

    beforeEach(() => {
      for (const name of ["one", "two", "copy"]) mkdirSync(join(folder, name));
      writeFileSync(join(folder, "one/requirements.in"), "# chosen\nFlask==3.1.*\n");
      writeFileSync(
        join(folder, "one/requirements.txt"),
        "flask==3.1.0 \\\n    --hash=sha256:00\njinja2==3.0.0\n",
      );
      writeFileSync(join(folder, "two/requirements.in"), "wheel_x\n");
      writeFileSync(
        join(folder, "two/requirements.txt"),
        "wheel-x==1.0\njinja2==3.1.0 ; python_version < '4'\n",
      );
      writeFileSync(join(folder, "copy/requirements.txt"), "flask==3.1.0\n");
    });

    it("is asked for the chosen packages' versions, and for all packages' vulnerabilities", async () => {
      const files: string[] = [];
      const audit = (args: readonly string[]): Printed => {
        files.push(readFileSync(args.at(-1) ?? "", "utf8"));
        if (files.length === 2) {
          const vulns = [{ id: "PYSEC-1", fix_versions: ["3.1.1"] }];
          return printed({ dependencies: [{ name: "Jinja2", version: "3.1.0", vulns }] }, 1);
        }
        const silent = { name: "wheel-x", skip_reason: "Dependency not found" };
        return printed({ dependencies: [{ name: "flask", version: "3.1.0", vulns: [] }, silent] });
      };
      const ask = asked({ "python3 -m pip index": index, "auditor -m pip_audit": audit });
      const answer = await askPython(ask, {
        checkout: folder,
        lists,
        auditor: () => Promise.resolve("auditor"),
      });
      assert.deepEqual(answer.old, [
        {
          name: "flask",
          current: "3.1.0",
          latest: "3.2.0",
          where: ["one/requirements.txt", "copy/requirements.txt"],
        },
      ]);
      // Two versions of one package are in two lists.
      assert.deepEqual(files, ["flask==3.1.0\njinja2==3.0.0\nwheel-x==1.0\n", "jinja2==3.1.0\n"]);
      assert.deepEqual(answer.holes, [
        {
          id: "PYSEC-1",
          name: "Jinja2",
          version: "3.1.0",
          fixed: ["3.1.1"],
          where: ["two/requirements.txt"],
        },
      ]);
      assert.deepEqual(answer.answered, { versions: 1, vulnerabilities: 2 });
      assert.deepEqual(answer.unanswered, [
        "newest version of wheel-x: no such index",
        "vulnerabilities of 1 Python packages (wheel-x): the index does not tell pip-audit",
      ]);
    });

    it("is not known where pip-audit is not there, or fails", async () => {
      const ask = asked({
        "python3 -m pip index": index,
        "auditor -m pip_audit": printed("", 1, "no network"),
      });
      const failing = await askPython(ask, {
        checkout: folder,
        lists,
        auditor: () => Promise.resolve("auditor"),
      });
      assert.match(failing.unanswered.join("\n"), /vulnerabilities of 3 Python packages: no network/);
      const auditor = (): Promise<string> => Promise.reject(new Error("no venv"));
      const missing = await askPython(ask, { checkout: folder, lists, auditor });
      assert.match(missing.unanswered.join("\n"), /pip-audit is installed: no venv/);
      assert.equal(missing.answered.vulnerabilities, 0);
    });

    it("is asked about each list of the checkout", () => {
      const tracked = execFileSync("git", ["ls-files", "*.txt"], { cwd: checkout, encoding: "utf8" });
      const pinning = tracked
        .split("\n")
        .filter((file) => file !== "" && pinsIn(readFileSync(join(checkout, file), "utf8")).length > 0);
      assert.deepEqual([...LISTS].sort(), pinning.sort());
    });

    it("reads names as pip does", () => {
      assert.deepEqual(namesIn("psycopg2-binary\n# not me\nSphinx_Theme[all]>=2\n"), [
        "psycopg2-binary",
        "sphinx-theme",
      ]);
      assert.deepEqual(pinsIn("a.b[x]==1.0 \\\n    --hash=sha256:0\n"), [{ name: "a-b", version: "1.0" }]);
    });
  });

  describe("of Go", () => {
    const edit = printed({
      Require: [
        { Path: "example.org/a", Version: "v1.0.0" },
        { Path: "example.org/b", Version: "v1.0.0" },
        { Path: "example.org/indirect", Version: "v1.0.0", Indirect: true },
      ],
    });
    const listed = [
      { Path: "example.org/a", Version: "v1.0.0", Update: { Version: "v1.2.0" } },
      { Path: "example.org/b", Version: "v1.0.0", Error: { Err: "reading https://proxy.example/b:\n\t403" } },
    ];
    const list = printed(listed.map((each) => JSON.stringify(each, null, "\t")).join("\n"));
    const ask = (more: Readonly<Record<string, Printed>>): Promise<Answer> => {
      mkdirSync(join(folder, "one"), { recursive: true });
      return askGo(asked({ "go mod edit": edit, "go list": list, ...more }), {
        modules: folder,
        environment: {},
      });
    };

    it("is what go says of direct requirements", async () => {
      const answer = await ask({ govulncheck: { stdout: "", stderr: "", exitCode: undefined } });
      assert.deepEqual(answer.old, [
        { name: "example.org/a", current: "v1.0.0", latest: "v1.2.0", where: ["one/go.mod"] },
      ]);
      assert.equal(answer.answered.versions, 1);
      assert.match(
        answer.unanswered[0] ?? "",
        /newest version of example\.org\/b@v1\.0\.0: reading the proxy 403/,
      );
      assert.match(answer.unanswered[1] ?? "", /no govulncheck on the PATH/);
    });

    it("is what govulncheck finds", async () => {
      const finding = {
        finding: {
          osv: "GO-1",
          fixed_version: "v1.0.1",
          trace: [{ module: "example.org/a", version: "v1.0.0" }],
        },
      };
      const text = [{ config: {} }, finding].map((each) => JSON.stringify(each, null, "  ")).join("\n");
      const answer = await ask({ govulncheck: printed(text) });
      assert.deepEqual(answer.holes, [
        { id: "GO-1", name: "example.org/a", version: "v1.0.0", fixed: ["v1.0.1"], where: ["one/go.mod"] },
      ]);
      const failed = await ask({ govulncheck: printed("", 1, "no database") });
      assert.match(failed.unanswered.join("\n"), /vulnerabilities of one\/go\.mod: no database/);
    });
  });

  describe("of images", () => {
    let server: Server;
    let host: string;
    const requests: string[] = [];

    // A registry that has tokens given out, and its tags on two pages.
    before((done) => {
      server = createServer((request, response) => {
        const { url = "", headers } = request;
        requests.push(`${request.method ?? ""} ${url}`);
        if (url.startsWith("/token")) return void response.end(JSON.stringify({ token: "t" }));
        if (headers.authorization !== "Bearer t") {
          const challenge = `Bearer realm="http://${host}/token",service="s",scope="repository:x/app:pull"`;
          return void response.writeHead(401, { "www-authenticate": challenge }).end();
        }
        if (url.includes("/manifests/")) {
          return void response.writeHead(200, { "docker-content-digest": "sha256:now" }).end();
        }
        if (url.includes("last=")) return void response.end(JSON.stringify({ tags: ["1.10-slim", "2.0"] }));
        response.setHeader("link", '</v2/x/app/tags/list?last=1.9-slim>; rel="next"');
        response.end(JSON.stringify({ tags: ["1.2-slim", "1.9-slim", "1.11-slim-rc1"] }));
      });
      server.listen(0, "127.0.0.1", () => {
        host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
        done();
      });
    });
    after((done) => void server.close(done));

    it("is what their registry says, without an account", async () => {
      const reference = `${host}/x/app:1.9-slim`;
      const digestsHere = (): Promise<string[]> => Promise.resolve(["sha256:before"]);
      const answer = await askImages({ images: [{ reference, where: "appImage" }], digestsHere, fetch });
      assert.deepEqual(answer.unanswered, []);
      assert.deepEqual(answer.old, [
        { name: `${host}/x/app`, current: "1.9-slim", latest: "1.10-slim", where: ["appImage"] },
        {
          name: `${host}/x/app:1.9-slim`,
          current: "sha256:before",
          latest: "sha256:now",
          where: ["appImage"],
        },
      ]);
      assert.ok(requests.includes("GET /token?service=s&scope=repository%3Ax%2Fapp%3Apull"));
    });

    it("comes with what a tag means today, to pin it, and with none for one that is pinned", async () => {
      const images = [
        { reference: `${host}/x/app:2.0`, where: "appImage" },
        { reference: `${host}/x/app:2.0@sha256:before`, where: "pinnedImage" },
      ];
      const answer = await askImages({ images, digestsHere: () => Promise.resolve([]), fetch });
      const reference = `${host}/x/app:2.0@sha256:now`;
      assert.deepEqual(answer.tagged, [{ reference, where: "appImage" }]);
      assert.deepEqual(
        answer.old.map(({ current, where }) => [current, ...where]),
        [["sha256:before", "pinnedImage"]],
      );
      assert.match(textOf([answer]), new RegExp(`means today:\n  appImage: ${reference}`));
    });

    it("is not known where nothing answers, each reason once", async () => {
      const images = ["a", "b"].map((name) => ({ reference: `127.0.0.1:1/${name}:1`, where: name }));
      const answer = await askImages({ images, digestsHere: () => Promise.resolve([]), fetch });
      assert.equal(answer.unanswered.length, 1);
      assert.match(answer.unanswered[0] ?? "", /newest tags of 127\.0\.0\.1:1\/a, 127\.0\.0\.1:1\/b: /);
      assert.equal(answer.answered.versions, 0);
    });

    it("reads references as Docker does", () => {
      assert.deepEqual(imageOf("debian:bookworm-slim"), {
        name: "docker.io/library/debian",
        host: "docker.io",
        repository: "library/debian",
        tag: "bookworm-slim",
        digest: undefined,
      });
      assert.equal(imageOf("kindest/node:v1@sha256:0").name, "docker.io/kindest/node");
      assert.equal(imageOf("kindest/node:v1@sha256:0").digest, "sha256:0");
      assert.equal(imageOf("localhost:5000/a").tag, "latest");
      assert.equal(newestLike("bookworm-slim", ["trixie-slim"]), undefined);
    });
  });

  describe("and how it is told", () => {
    const nothing: Answer = {
      source: "npm",
      answered: { versions: 1, vulnerabilities: 1 },
      old: [{ name: "a", current: "1", latest: "2", where: ["package.json"] }],
      holes: [],
      unanswered: [],
    };
    const hole = { id: "X-1", name: "a", version: "1", fixed: ["2"], where: ["package.json"] };

    it("is no failure where something is old, and one where nobody answers or there is a vulnerability", () => {
      assert.equal(exitCodeOf([nothing]), 0);
      assert.equal(exitCodeOf([nothing, { ...nothing, unanswered: ["x"] }]), 3);
      assert.equal(exitCodeOf([{ ...nothing, unanswered: ["x"], holes: [hole] }]), 1);
    });

    it("has each thing on a line", () => {
      const text = textOf([{ ...nothing, holes: [hole], unanswered: ["vulnerabilities of b: no network"] }]);
      assert.match(text, /npm: a 1, now 2 \(package\.json\)/);
      assert.match(text, /npm: a 1: X-1, fixed in 2 \(package\.json\)/);
      assert.match(text, /npm: vulnerabilities of b: no network/);
      assert.match(text, /^1 newer versions, 1 vulnerabilities, 1 questions without an answer$/m);
    });
  });
});
